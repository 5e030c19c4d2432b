-- What the store knows of itself.
CREATE TABLE store_migration (
    number INT8 PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_ms INT8 NOT NULL
) STRICT;

-- One row: the node that the next program gets, and a time before which no id is made any more.
CREATE TABLE store_state (
    single INT8 PRIMARY KEY CHECK (single = 1),
    next_node INT8 NOT NULL,
    last_id INT8 NOT NULL
) STRICT;

INSERT INTO store_state (single, next_node, last_id) VALUES (1, 0, 0);
