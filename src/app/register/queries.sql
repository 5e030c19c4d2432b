-- SPDX-License-Identifier: EUPL-1.2
-- Deliveries and what they brought. Rows are written once; a delivery's state says whether they count.

-- ---- deliveries ----

--: write delivery_begin (m municipality_id, id delivery_id, file text, hash text, alive int, now int,
--:   by int)
INSERT INTO delivery (municipality_id, id, state, file, hash, format, law, sender, receiver,
    identification, replaces, from_day, to_day, is_snapshot, alive_until, has_rows, made_at,
    decided_at, made_by, failure)
VALUES (:m, :id, 0, :file, :hash, '', 0, '', '', '', '', -2147483648, 2147483647, 0, :alive, 1, :now,
    0, :by, '');

--: count delivery_head (m municipality_id, id delivery_id, format text, law int, sender text,
--:   receiver text, identification text, replaces text, dated int?, from_day int, to_day int,
--:   is_snapshot bool, alive int)
UPDATE delivery SET format = :format, law = :law, sender = :sender, receiver = :receiver,
    identification = :identification, replaces = :replaces, dated = :dated, from_day = :from_day,
    to_day = :to_day, is_snapshot = :is_snapshot, alive_until = :alive
 WHERE municipality_id = :m AND id = :id AND state = 0;

--: count delivery_alive (m municipality_id, id delivery_id, alive int)
UPDATE delivery SET alive_until = :alive WHERE municipality_id = :m AND id = :id AND state = 0;

--: count delivery_accept (m municipality_id, id delivery_id, now int)
UPDATE delivery SET state = 1, decided_at = :now
 WHERE municipality_id = :m AND id = :id AND state = 0;

--: count delivery_supersede (m municipality_id, id delivery_id, format text, sender text,
--:   receiver text, replaces text)
UPDATE delivery SET state = 3, superseded_by = :id
 WHERE municipality_id = :m AND format = :format AND sender = :sender AND receiver = :receiver
   AND replaces = :replaces AND state = 1 AND id <> :id;

--: many delivery_newer (m municipality_id, format text, sender text, receiver text, replaces text,
--:   dated int, limit int) -> (dated int)
SELECT v.dated AS dated FROM delivery AS v
 WHERE v.municipality_id = :m AND v.format = :format AND v.sender = :sender
   AND v.receiver = :receiver AND v.replaces = :replaces AND v.state = 1 AND v.dated > :dated
 ORDER BY v.dated DESC LIMIT :limit;

--: count delivery_refuse (m municipality_id, id delivery_id, now int, failure text)
UPDATE delivery SET state = 2, decided_at = :now, failure = :failure
 WHERE municipality_id = :m AND id = :id AND state = 0;

--: many delivery_same (m municipality_id, hash text, limit int) -> (id delivery_id)
SELECT v.id AS id FROM delivery AS v
 WHERE v.municipality_id = :m AND v.hash = :hash AND v.state = 1 ORDER BY v.id LIMIT :limit;

--: write delivery_sum_add (m municipality_id, id delivery_id, kind int, accepted int, aside int,
--:   cents int, cents_aside int)
INSERT INTO delivery_sum (municipality_id, delivery_id, kind, n_accepted, n_aside, cents_accepted,
    cents_aside)
VALUES (:m, :id, :kind, :accepted, :aside, :cents, :cents_aside);

--: many delivery_sums (m municipality_id, id delivery_id, limit int) -> (kind int, accepted int,
--:   aside int, cents int, cents_aside int)
SELECT s.kind, s.n_accepted AS accepted, s.n_aside AS aside, s.cents_accepted AS cents,
       s.cents_aside
  FROM delivery_sum AS s WHERE s.municipality_id = :m AND s.delivery_id = :id
 ORDER BY s.kind LIMIT :limit;

--: one delivery_one (m municipality_id, id delivery_id) -> (id delivery_id, state int, file text,
--:   hash text, format text, law int, sender text, receiver text, identification text, dated int?,
--:   from_day int, to_day int, is_snapshot bool, superseded_by delivery_id?, made_at int,
--:   decided_at int, failure text)
SELECT v.id, v.state, v.file, v.hash, v.format, v.law, v.sender, v.receiver, v.identification, v.dated,
       v.from_day, v.to_day, v.is_snapshot, v.superseded_by, v.made_at, v.decided_at, v.failure
  FROM delivery AS v WHERE v.municipality_id = :m AND v.id = :id;

--: many delivery_many (m municipality_id, before delivery_id, limit int) -> (id delivery_id,
--:   state int, file text, hash text, format text, law int, sender text, receiver text,
--:   identification text, dated int?, from_day int, to_day int, is_snapshot bool,
--:   superseded_by delivery_id?, made_at int, decided_at int, failure text)
SELECT v.id, v.state, v.file, v.hash, v.format, v.law, v.sender, v.receiver, v.identification, v.dated,
       v.from_day, v.to_day, v.is_snapshot, v.superseded_by, v.made_at, v.decided_at, v.failure
  FROM delivery AS v WHERE v.municipality_id = :m [older: AND v.id < :before]
 ORDER BY v.id DESC LIMIT :limit;

--: write aside_add (m municipality_id, id int, delivery delivery_id, line int, hash bytes, kind int,
--:   cents int, reason text)
INSERT INTO delivery_aside (municipality_id, id, delivery_id, line, hash, kind, cents, reason)
VALUES (:m, :id, :delivery, :line, :hash, :kind, :cents, :reason);

--: each aside_each (m municipality_id, delivery delivery_id) -> (line int, kind int, cents int,
--:   reason text)
SELECT s.line, s.kind, s.cents, s.reason FROM delivery_aside AS s
 WHERE s.municipality_id = :m AND s.delivery_id = :delivery ORDER BY s.line, s.id;

--: many aside_first (m municipality_id, delivery delivery_id, limit int)
--:   -> (line int, kind int, cents int, reason text)
SELECT s.line, s.kind, s.cents, s.reason FROM delivery_aside AS s
 WHERE s.municipality_id = :m AND s.delivery_id = :delivery
 ORDER BY s.line, s.id LIMIT :limit;

-- ---- what a delivery brings ----

--: write person_add (m municipality_id, id record_id, delivery delivery_id, line int, subject text,
--:   print text, first text, initials text, call text, prefix text, surname text,
--:   partner_prefix text, partner_surname text, name_use text, year int, month int, day int,
--:   sex text, postcode text, house_number int, house_letter text, house_addition text,
--:   street text, town text, country text, address_from int, address_to int, died int?)
INSERT INTO person_record (municipality_id, id, delivery_id, line, subject, print, first, initials,
    call, prefix, surname, partner_prefix, partner_surname, name_use, birth_year, birth_month,
    birth_day, sex, postcode, house_number, house_letter, house_addition, street, town, country,
    address_from, address_to, died)
VALUES (:m, :id, :delivery, :line, :subject, :print, :first, :initials, :call, :prefix, :surname,
    :partner_prefix, :partner_surname, :name_use, :year, :month, :day, :sex, :postcode,
    :house_number, :house_letter, :house_addition, :street, :town, :country, :address_from,
    :address_to, :died);

--: write number_add (m municipality_id, record record_id, mark text, sealed bytes, is_valid bool)
INSERT INTO person_number (municipality_id, record_id, mark, sealed, is_valid)
VALUES (:m, :record, :mark, :sealed, :is_valid);

--: write relation_add (m municipality_id, id int, delivery delivery_id, line int, record record_id,
--:   other record_id, code int)
INSERT INTO relation (municipality_id, id, delivery_id, line, record_id, other_id, code)
VALUES (:m, :id, :delivery, :line, :record, :other, :code);

--: write allocation_add (m municipality_id, id int, delivery delivery_id, line int, hash bytes,
--:   record record_id, law int, number text, reference text, provider text, category text,
--:   product text, decided_at int, listed_on int?, from_day int, to_day int, change int,
--:   volume int?, unit int, frequency int, budget int?, referrer text, form text, is_deleted bool)
INSERT INTO allocation (municipality_id, id, delivery_id, line, hash, record_id, law, number,
    reference, provider, category, product, decided_at, listed_on, from_day, to_day, change, volume,
    unit, frequency, budget_cents, referrer_type, delivery_form, is_deleted)
VALUES (:m, :id, :delivery, :line, :hash, :record, :law, :number, :reference, :provider, :category,
    :product, :decided_at, :listed_on, :from_day, :to_day, :change, :volume, :unit, :frequency,
    :budget, :referrer, :form, :is_deleted);

--: write care_add (m municipality_id, id int, delivery delivery_id, line int, hash bytes,
--:   record record_id, law int, allocation text, provider text, category text, product text,
--:   allocation_from int?, started int?, stopped int?, stop_reason int, status int)
INSERT INTO care (municipality_id, id, delivery_id, line, hash, record_id, law, allocation, provider,
    category, product, allocation_from, started, stopped, stop_reason, status)
VALUES (:m, :id, :delivery, :line, :hash, :record, :law, :allocation, :provider, :category, :product,
    :allocation_from, :started, :stopped, :stop_reason, :status);

--: write request_add (m municipality_id, id int, delivery delivery_id, line int, hash bytes,
--:   record record_id?, law int, reference text, allocation text, provider text, category text,
--:   product text, from_day int, to_day int, volume int?, unit int, frequency int, is_change bool,
--:   answer int, reason int)
INSERT INTO care_request (municipality_id, id, delivery_id, line, hash, record_id, law, reference,
    allocation, provider, category, product, from_day, to_day, volume, unit, frequency, is_change,
    answer, reason)
VALUES (:m, :id, :delivery, :line, :hash, :record, :law, :reference, :allocation, :provider,
    :category, :product, :from_day, :to_day, :volume, :unit, :frequency, :is_change, :answer,
    :reason);

--: write claim_add (m municipality_id, id int, delivery delivery_id, line int, hash bytes, law int,
--:   number text, provider text, from_day int, to_day int, dated int?, total int, granted int?)
INSERT INTO claim (municipality_id, id, delivery_id, line, hash, law, number, provider, from_day,
    to_day, dated, total_cents, granted_cents)
VALUES (:m, :id, :delivery, :line, :hash, :law, :number, :provider, :from_day, :to_day, :dated,
    :total, :granted);

--: write line_add (m municipality_id, id int, delivery delivery_id, line int, hash bytes,
--:   record record_id, law int, claim text, reference text, previous text, allocation text,
--:   category text, product text, from_day int, to_day int, quantity int, unit int, tariff int?,
--:   cents int, is_rejected bool, codes text)
INSERT INTO claim_line (municipality_id, id, delivery_id, line, hash, record_id, law, claim,
    reference, previous_reference, allocation, category, product, from_day, to_day, quantity_milli,
    unit, tariff_cents, cents, is_rejected, return_codes)
VALUES (:m, :id, :delivery, :line, :hash, :record, :law, :claim, :reference, :previous, :allocation,
    :category, :product, :from_day, :to_day, :quantity, :unit, :tariff, :cents, :is_rejected,
    :codes);

--: write return_add (m municipality_id, id int, delivery delivery_id, line int, hash bytes, law int,
--:   of_message text, codes text, subject text)
INSERT INTO message_return (municipality_id, id, delivery_id, line, hash, law, of_message, codes,
    subject)
VALUES (:m, :id, :delivery, :line, :hash, :law, :of_message, :codes, :subject);

--: write benefit_add (m municipality_id, id int, delivery delivery_id, line int, hash bytes,
--:   record record_id, partner record_id?, number text, scheme text, from_day int, to_day int,
--:   end_reason int, norm text)
INSERT INTO benefit (municipality_id, id, delivery_id, line, hash, record_id, partner_id, number,
    scheme, from_day, to_day, end_reason, norm)
VALUES (:m, :id, :delivery, :line, :hash, :record, :partner, :number, :scheme, :from_day, :to_day,
    :end_reason, :norm);

--: write payment_add (m municipality_id, id int, delivery delivery_id, line int, hash bytes,
--:   record record_id, benefit text, month_from int, gross int, income int, recovery int)
INSERT INTO benefit_payment (municipality_id, id, delivery_id, line, hash, record_id, benefit,
    month_from, gross_cents, income_cents, recovery_cents)
VALUES (:m, :id, :delivery, :line, :hash, :record, :benefit, :month_from, :gross, :income,
    :recovery);

--: write reintegration_add (m municipality_id, id int, delivery delivery_id, line int, hash bytes,
--:   record record_id, kind text, from_day int, to_day int, cents int?)
INSERT INTO reintegration (municipality_id, id, delivery_id, line, hash, record_id, kind, from_day,
    to_day, cents)
VALUES (:m, :id, :delivery, :line, :hash, :record, :kind, :from_day, :to_day, :cents);

--: write debt_case_add (m municipality_id, id int, delivery delivery_id, line int, hash bytes,
--:   record record_id, partner record_id?, number text, organisation text, from_day int, to_day int,
--:   total int?, exit_reason text)
INSERT INTO debt_case (municipality_id, id, delivery_id, line, hash, record_id, partner_id, number,
    organisation, from_day, to_day, total_cents, exit_reason)
VALUES (:m, :id, :delivery, :line, :hash, :record, :partner, :number, :organisation, :from_day,
    :to_day, :total, :exit_reason);

--: write debt_phase_add (m municipality_id, id int, delivery delivery_id, line int, hash bytes,
--:   record record_id, debt_case text, phase text, from_day int, to_day int, detail text)
INSERT INTO debt_phase (municipality_id, id, delivery_id, line, hash, record_id, debt_case, phase,
    from_day, to_day, detail)
VALUES (:m, :id, :delivery, :line, :hash, :record, :debt_case, :phase, :from_day, :to_day, :detail);

--: write signal_add (m municipality_id, id int, delivery delivery_id, line int, hash bytes,
--:   record record_id, partner text, kind text, day int, arrears int?, months int)
INSERT INTO debt_signal (municipality_id, id, delivery_id, line, hash, record_id, partner, kind, day,
    arrears_cents, months)
VALUES (:m, :id, :delivery, :line, :hash, :record, :partner, :kind, :day, :arrears, :months);

-- What really stands there, to be held against what was counted while reading.
--: one delivery_counted (m municipality_id, d delivery_id) -> (allocation int, care int, request int,
--:   answer int, claim int, line int, answer_to int, benefit int, payment int, reintegration int,
--:   debt_case int, debt_phase int, debt_signal int, aside int)
SELECT (SELECT count(*) FROM allocation AS t WHERE t.municipality_id = :m AND t.delivery_id = :d)
         AS allocation,
       (SELECT count(*) FROM care AS t WHERE t.municipality_id = :m AND t.delivery_id = :d) AS care,
       (SELECT count(*) FROM care_request AS t
         WHERE t.municipality_id = :m AND t.delivery_id = :d AND t.answer = 0) AS request,
       (SELECT count(*) FROM care_request AS t
         WHERE t.municipality_id = :m AND t.delivery_id = :d AND t.answer <> 0) AS answer,
       (SELECT count(*) FROM claim AS t WHERE t.municipality_id = :m AND t.delivery_id = :d)
         AS claim,
       (SELECT count(*) FROM claim_line AS t WHERE t.municipality_id = :m AND t.delivery_id = :d)
         AS line,
       (SELECT count(*) FROM message_return AS t
         WHERE t.municipality_id = :m AND t.delivery_id = :d) AS answer_to,
       (SELECT count(*) FROM benefit AS t WHERE t.municipality_id = :m AND t.delivery_id = :d)
         AS benefit,
       (SELECT count(*) FROM benefit_payment AS t
         WHERE t.municipality_id = :m AND t.delivery_id = :d) AS payment,
       (SELECT count(*) FROM reintegration AS t
         WHERE t.municipality_id = :m AND t.delivery_id = :d) AS reintegration,
       (SELECT count(*) FROM debt_case AS t WHERE t.municipality_id = :m AND t.delivery_id = :d)
         AS debt_case,
       (SELECT count(*) FROM debt_phase AS t WHERE t.municipality_id = :m AND t.delivery_id = :d)
         AS debt_phase,
       (SELECT count(*) FROM debt_signal AS t WHERE t.municipality_id = :m AND t.delivery_id = :d)
         AS debt_signal,
       (SELECT count(*) FROM delivery_aside AS t
         WHERE t.municipality_id = :m AND t.delivery_id = :d) AS aside;

-- ---- what refused and abandoned deliveries left ----

--: count delivery_abandon (now int)
UPDATE delivery SET state = 2, decided_at = :now, failure = ''
 WHERE state = 0 AND alive_until < :now;

--: many delivery_left (limit int) -> (m municipality_id, id delivery_id)
SELECT v.municipality_id AS m, v.id FROM delivery AS v
 WHERE v.state = 2 AND v.has_rows = 1 ORDER BY v.id LIMIT :limit;

--: write delivery_swept (m municipality_id, id delivery_id)
UPDATE delivery SET has_rows = 0 WHERE municipality_id = :m AND id = :id AND state = 2;

--: count sweep_rows (m municipality_id, d delivery_id, limit int)
DELETE FROM {of: aside = delivery_aside | relation = relation | allocation = allocation
    | care = care | request = care_request | claim = claim | line = claim_line
    | answer = message_return | benefit = benefit | payment = benefit_payment
    | reintegration = reintegration | debt_case = debt_case | debt_phase = debt_phase
    | debt_signal = debt_signal | person = person_record}
 WHERE municipality_id = :m AND id IN (SELECT t.id
    FROM {of: aside = delivery_aside | relation = relation | allocation = allocation
    | care = care | request = care_request | claim = claim | line = claim_line
    | answer = message_return | benefit = benefit | payment = benefit_payment
    | reintegration = reintegration | debt_case = debt_case | debt_phase = debt_phase
    | debt_signal = debt_signal | person = person_record} AS t
 WHERE t.municipality_id = :m AND t.delivery_id = :d ORDER BY t.id LIMIT :limit);

--: count sweep_numbers (m municipality_id, d delivery_id, limit int)
DELETE FROM person_number WHERE municipality_id = :m AND record_id IN (SELECT n.record_id
    FROM person_number AS n JOIN person_record AS t
      ON t.municipality_id = n.municipality_id AND t.id = n.record_id
 WHERE t.municipality_id = :m AND t.delivery_id = :d ORDER BY n.record_id LIMIT :limit);

-- ---- reading: only what is accepted counts ----

--: fragment accepted ()
EXISTS (SELECT 1 FROM delivery AS v WHERE v.municipality_id = t.municipality_id
    AND v.id = t.delivery_id AND v.state = 1);

-- The allocations that hold on a day: of each number the version decided last; not one that was
-- deleted, nor one that a later snapshot of its person and provider no longer lists on that day.
--: each allocations_on (m municipality_id, day int) -> (id int, record record_id, law int,
--:   number text, provider text, category text, product text, decided_at int, from_day int,
--:   to_day int, change int, volume int?, unit int, frequency int, budget_cents int?,
--:   referrer_type text, delivery_form text)
SELECT t.id, t.record_id AS record, t.law, t.number, t.provider, t.category, t.product, t.decided_at,
       t.from_day, t.to_day, t.change, t.volume, t.unit, t.frequency, t.budget_cents,
       t.referrer_type, t.delivery_form
  FROM allocation AS t
  JOIN person_record AS p ON p.municipality_id = t.municipality_id AND p.id = t.record_id
 WHERE t.municipality_id = :m AND t.from_day <= :day AND t.to_day > :day AND t.is_deleted = 0
   AND @accepted
   AND NOT EXISTS (SELECT 1 FROM allocation AS o
         JOIN delivery AS w ON w.municipality_id = o.municipality_id AND w.id = o.delivery_id
        WHERE o.municipality_id = t.municipality_id AND o.law = t.law AND o.number = t.number
          AND w.state = 1 AND (o.decided_at, COALESCE(o.listed_on, -2147483648), o.id)
            > (t.decided_at, COALESCE(t.listed_on, -2147483648), t.id))
   AND NOT EXISTS (SELECT 1 FROM person_record AS q
         JOIN allocation AS o ON o.municipality_id = q.municipality_id AND o.record_id = q.id
         JOIN delivery AS w ON w.municipality_id = o.municipality_id AND w.id = o.delivery_id
        WHERE q.municipality_id = p.municipality_id AND q.subject = p.subject
          AND o.law = t.law AND o.provider = t.provider AND w.state = 1
          AND o.listed_on > t.listed_on AND o.listed_on <= :day
          AND NOT EXISTS (SELECT 1 FROM allocation AS k
                JOIN delivery AS x ON x.municipality_id = k.municipality_id AND x.id = k.delivery_id
               WHERE k.municipality_id = t.municipality_id AND k.law = t.law
                 AND k.number = t.number AND x.state = 1 AND k.listed_on >= o.listed_on))
 ORDER BY t.law, t.number, t.id;

-- The lines of claims whose period begins in [from, to), and what became of them.
--: each claim_lines_in (m municipality_id, from_day int, to_day int) -> (id int, record record_id,
--:   law int, claim text, provider text, reference text, previous_reference text, allocation text,
--:   category text, product text, from_day int, to_day int, quantity_milli int, unit int,
--:   tariff_cents int?, cents int, is_answered bool, is_rejected bool)
SELECT t.id, t.record_id AS record, t.law, t.claim, c.provider, t.reference, t.previous_reference,
       t.allocation, t.category, t.product, t.from_day, t.to_day, t.quantity_milli, t.unit,
       t.tariff_cents, t.cents,
       CASE WHEN EXISTS (SELECT 1 FROM claim AS a
              JOIN delivery AS w ON w.municipality_id = a.municipality_id AND w.id = a.delivery_id
             WHERE a.municipality_id = t.municipality_id AND a.law = t.law
               AND a.provider = c.provider AND a.number = t.claim
               AND a.granted_cents IS NOT NULL AND w.state = 1) THEN 1 ELSE 0 END AS is_answered,
       CASE WHEN EXISTS (SELECT 1 FROM claim_line AS r
              JOIN delivery AS w ON w.municipality_id = r.municipality_id AND w.id = r.delivery_id
              JOIN claim AS a ON a.municipality_id = r.municipality_id
               AND a.delivery_id = r.delivery_id AND a.number = r.claim
             WHERE r.municipality_id = t.municipality_id AND r.is_rejected = 1
               AND r.claim = t.claim AND r.reference = t.reference AND a.provider = c.provider
               AND w.state = 1) THEN 1 ELSE 0 END AS is_rejected
  FROM claim_line AS t
  JOIN claim AS c ON c.municipality_id = t.municipality_id AND c.delivery_id = t.delivery_id
   AND c.number = t.claim
 WHERE t.municipality_id = :m AND t.from_day >= :from_day AND t.from_day < :to_day
   AND t.is_rejected = 0 AND @accepted
 ORDER BY t.from_day, t.id;

-- Everybody as accepted deliveries knew them, for linking.
--: each person_each (m municipality_id) -> (id record_id, delivery delivery_id, line int,
--:   subject text, print text, first text, initials text, call text, prefix text, surname text,
--:   partner_prefix text, partner_surname text, name_use text, birth_year int, birth_month int,
--:   birth_day int, sex text, postcode text, house_number int, house_letter text,
--:   house_addition text, street text, town text, country text, address_from int, address_to int,
--:   died int?, mark text?)
SELECT t.id, t.delivery_id AS delivery, t.line, t.subject, t.print, t.first, t.initials, t.call,
       t.prefix, t.surname, t.partner_prefix, t.partner_surname, t.name_use, t.birth_year,
       t.birth_month, t.birth_day, t.sex, t.postcode, t.house_number, t.house_letter,
       t.house_addition, t.street, t.town, t.country, t.address_from, t.address_to, t.died, n.mark
  FROM person_record AS t
  LEFT JOIN person_number AS n ON n.municipality_id = t.municipality_id AND n.record_id = t.id
   AND n.is_valid = 1
 WHERE t.municipality_id = :m AND @accepted ORDER BY t.id;

--: one number_of (m municipality_id, record record_id) -> (sealed bytes, is_valid bool)
SELECT n.sealed, n.is_valid FROM person_number AS n
 WHERE n.municipality_id = :m AND n.record_id = :record;

-- ---- objections and consents ----

--: write objection_add (m municipality_id, id int, mark text, purpose text, is_consent bool,
--:   from_day int, to_day int, now int, by int)
INSERT INTO objection (municipality_id, id, mark, purpose, is_consent, from_day, to_day, recorded_at,
    recorded_by)
VALUES (:m, :id, :mark, :purpose, :is_consent, :from_day, :to_day, :now, :by);

--: each objections_on (m municipality_id, purpose text, day int, is_consent bool) -> (mark text)
SELECT DISTINCT o.mark FROM objection AS o
 WHERE o.municipality_id = :m AND o.purpose = :purpose AND o.is_consent = :is_consent
   AND o.from_day <= :day AND o.to_day > :day ORDER BY o.mark;
