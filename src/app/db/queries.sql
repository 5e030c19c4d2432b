-- What the store knows of itself.

--: many store_migrations (limit int) -> (number int, name text, checksum text)
SELECT number, name, checksum FROM store_migration ORDER BY number LIMIT :limit;

--: write store_migration_add (number int, name text, checksum text, applied_ms int)
INSERT INTO store_migration (number, name, checksum, applied_ms)
VALUES (:number, :name, :checksum, :applied_ms);

-- Deals a node: the number that comes back is the one of the next program.
--: one store_node_deal (nodes int) -> (next_node int, last_id int)
UPDATE store_state SET next_node = (next_node + 1) % :nodes RETURNING next_node, last_id;

--: write store_last_id_set (id int)
UPDATE store_state SET last_id = :id WHERE last_id < :id;
