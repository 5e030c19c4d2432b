-- SPDX-License-Identifier: EUPL-1.2
-- The register of a municipality: what its sources delivered. Tenant tables: municipality_id is the
-- number of its code (GM0034: 34). Days are numbers, periods half-open; a beginning that is not given
-- is -2147483648, an end 2147483647, any other day NULL. Money is cents, quantities thousandths.
-- Rows of a delivery are written once. They count when their delivery is accepted, and no more when
-- another has superseded it; so no row is ever edited, and one row of `delivery` turns all of them.

CREATE TABLE delivery (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  state INT8 NOT NULL CHECK (state IN (0, 1, 2, 3)), -- staged, accepted, refused, superseded
  file TEXT NOT NULL, -- as it was called
  hash TEXT NOT NULL, -- of the file and the mapping, BLAKE2b-256, hexadecimal
  format TEXT NOT NULL,
  law INT8 NOT NULL,
  sender TEXT NOT NULL,
  receiver TEXT NOT NULL,
  identification TEXT NOT NULL,
  replaces TEXT NOT NULL, -- two of the same format, sender and receiver that share it replace each other
  dated INT8,
  from_day INT8 NOT NULL,
  to_day INT8 NOT NULL,
  is_snapshot INT8 NOT NULL CHECK (is_snapshot IN (0, 1)),
  alive_until INT8 NOT NULL,  -- whoever stages moves it on; later it counts as left behind
  has_rows INT8 NOT NULL CHECK (has_rows IN (0, 1)), -- 0 behind the sweeper
  superseded_by INT8,
  made_at INT8 NOT NULL,
  decided_at INT8 NOT NULL, -- 0: not yet
  made_by INT8 NOT NULL,    -- party; 0: the command line
  failure TEXT NOT NULL,    -- JSON of why it was refused
  PRIMARY KEY (municipality_id, id)
) STRICT;
CREATE INDEX delivery_replaces ON delivery (municipality_id, format, sender, receiver, replaces, state);
CREATE INDEX delivery_hash ON delivery (municipality_id, hash, state);
CREATE INDEX delivery_open ON delivery (state, alive_until) WHERE state IN (0, 2);

-- Per kind of record (enum intake_kind): accepted + aside = delivered.
CREATE TABLE delivery_sum (
  municipality_id INT8 NOT NULL,
  delivery_id INT8 NOT NULL,
  kind INT8 NOT NULL,
  n_accepted INT8 NOT NULL,
  n_aside INT8 NOT NULL,
  cents_accepted INT8 NOT NULL,
  cents_aside INT8 NOT NULL,
  PRIMARY KEY (municipality_id, delivery_id, kind),
  FOREIGN KEY (municipality_id, delivery_id) REFERENCES delivery (municipality_id, id)
) STRICT;

CREATE TABLE delivery_aside (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  delivery_id INT8 NOT NULL,
  line INT8 NOT NULL,
  hash BYTES NOT NULL,
  kind INT8 NOT NULL,
  cents INT8 NOT NULL,
  reason TEXT NOT NULL, -- JSON: key and values
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, delivery_id) REFERENCES delivery (municipality_id, id)
) STRICT;
CREATE INDEX delivery_aside_delivery ON delivery_aside (municipality_id, delivery_id, line);

-- Somebody as a source knew him or her at one moment. Which of them are one person, linking says.
CREATE TABLE person_record (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  delivery_id INT8 NOT NULL,
  line INT8 NOT NULL,
  subject TEXT NOT NULL, -- keyed hash of the source's own number: the same source, the same person
  print TEXT NOT NULL,   -- keyed hash of all that is told here
  first TEXT NOT NULL,
  initials TEXT NOT NULL,
  call TEXT NOT NULL,
  prefix TEXT NOT NULL,
  surname TEXT NOT NULL,
  partner_prefix TEXT NOT NULL,
  partner_surname TEXT NOT NULL,
  name_use TEXT NOT NULL, -- E own, P partner's, V partner's first, N own first; empty: unknown
  birth_year INT8 NOT NULL, -- 0: unknown, as month and day
  birth_month INT8 NOT NULL,
  birth_day INT8 NOT NULL,
  sex TEXT NOT NULL, -- M, F, X not specified; empty: unknown
  postcode TEXT NOT NULL,
  house_number INT8 NOT NULL,
  house_letter TEXT NOT NULL,
  house_addition TEXT NOT NULL,
  street TEXT NOT NULL,
  town TEXT NOT NULL,
  country TEXT NOT NULL,
  address_from INT8 NOT NULL,
  address_to INT8 NOT NULL,
  died INT8,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, delivery_id) REFERENCES delivery (municipality_id, id)
) STRICT;
CREATE INDEX person_record_delivery ON person_record (municipality_id, delivery_id);
CREATE INDEX person_record_subject ON person_record (municipality_id, subject);
CREATE INDEX person_record_postcode ON person_record (municipality_id, postcode, house_number);

-- Citizen service numbers stand apart, encrypted with a key outside the database; `mark` finds them.
CREATE TABLE person_number (
  municipality_id INT8 NOT NULL,
  record_id INT8 NOT NULL,
  mark TEXT NOT NULL,    -- keyed hash of the number
  sealed BYTES NOT NULL, -- the number, or what stood there
  is_valid INT8 NOT NULL CHECK (is_valid IN (0, 1)), -- 0: does not pass the test; kept as evidence
  PRIMARY KEY (municipality_id, record_id),
  FOREIGN KEY (municipality_id, record_id) REFERENCES person_record (municipality_id, id)
) STRICT;
CREATE INDEX person_number_mark ON person_number (municipality_id, mark);

CREATE TABLE relation (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  delivery_id INT8 NOT NULL,
  line INT8 NOT NULL,
  record_id INT8 NOT NULL,
  other_id INT8 NOT NULL,
  code INT8 NOT NULL, -- COD472
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, delivery_id) REFERENCES delivery (municipality_id, id),
  FOREIGN KEY (municipality_id, record_id) REFERENCES person_record (municipality_id, id),
  FOREIGN KEY (municipality_id, other_id) REFERENCES person_record (municipality_id, id)
) STRICT;
CREATE INDEX relation_delivery ON relation (municipality_id, delivery_id);
CREATE INDEX relation_record ON relation (municipality_id, record_id);
CREATE INDEX relation_other ON relation (municipality_id, other_id);

-- Versions: of one number the last decided counts.
CREATE TABLE allocation (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  delivery_id INT8 NOT NULL,
  line INT8 NOT NULL,
  hash BYTES NOT NULL,
  record_id INT8 NOT NULL,
  law INT8 NOT NULL,
  number TEXT NOT NULL,
  reference TEXT NOT NULL,
  provider TEXT NOT NULL,
  category TEXT NOT NULL,
  product TEXT NOT NULL,
  decided_at INT8 NOT NULL, -- minutes since 1970 on the clocks of the Netherlands
  listed_on INT8,           -- day of the snapshot that lists it; NULL: its source gives none
  from_day INT8 NOT NULL,
  to_day INT8 NOT NULL,
  change INT8 NOT NULL,
  volume INT8,
  unit INT8 NOT NULL,
  frequency INT8 NOT NULL,
  budget_cents INT8,
  referrer_type TEXT NOT NULL,
  delivery_form TEXT NOT NULL,
  is_deleted INT8 NOT NULL CHECK (is_deleted IN (0, 1)),
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, delivery_id) REFERENCES delivery (municipality_id, id),
  FOREIGN KEY (municipality_id, record_id) REFERENCES person_record (municipality_id, id)
) STRICT;
CREATE INDEX allocation_delivery ON allocation (municipality_id, delivery_id);
CREATE INDEX allocation_record ON allocation (municipality_id, record_id);
CREATE INDEX allocation_number ON allocation (municipality_id, law, number, decided_at);

-- Help that began or ended (305, 307).
CREATE TABLE care (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  delivery_id INT8 NOT NULL,
  line INT8 NOT NULL,
  hash BYTES NOT NULL,
  record_id INT8 NOT NULL,
  law INT8 NOT NULL,
  allocation TEXT NOT NULL, -- its number; empty: not told
  provider TEXT NOT NULL,
  category TEXT NOT NULL,
  product TEXT NOT NULL,
  allocation_from INT8,
  started INT8,
  stopped INT8,
  stop_reason INT8 NOT NULL,
  status INT8 NOT NULL, -- COD467
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, delivery_id) REFERENCES delivery (municipality_id, id),
  FOREIGN KEY (municipality_id, record_id) REFERENCES person_record (municipality_id, id)
) STRICT;
CREATE INDEX care_delivery ON care (municipality_id, delivery_id);
CREATE INDEX care_record ON care (municipality_id, record_id);

-- Asked by a provider (315, 317), answered when it is not granted (319).
CREATE TABLE care_request (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  delivery_id INT8 NOT NULL,
  line INT8 NOT NULL,
  hash BYTES NOT NULL,
  record_id INT8, -- an answer names the request alone
  law INT8 NOT NULL,
  reference TEXT NOT NULL,
  allocation TEXT NOT NULL,
  provider TEXT NOT NULL,
  category TEXT NOT NULL,
  product TEXT NOT NULL,
  from_day INT8 NOT NULL,
  to_day INT8 NOT NULL,
  volume INT8,
  unit INT8 NOT NULL,
  frequency INT8 NOT NULL,
  is_change INT8 NOT NULL CHECK (is_change IN (0, 1)),
  answer INT8 NOT NULL, -- 0: this is the request; 1 rejected, 2 under investigation
  reason INT8 NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, delivery_id) REFERENCES delivery (municipality_id, id),
  FOREIGN KEY (municipality_id, record_id) REFERENCES person_record (municipality_id, id)
) STRICT;
CREATE INDEX care_request_delivery ON care_request (municipality_id, delivery_id);
CREATE INDEX care_request_record ON care_request (municipality_id, record_id);

CREATE TABLE claim (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  delivery_id INT8 NOT NULL,
  line INT8 NOT NULL,
  hash BYTES NOT NULL,
  law INT8 NOT NULL,
  number TEXT NOT NULL,
  provider TEXT NOT NULL,
  from_day INT8 NOT NULL,
  to_day INT8 NOT NULL,
  dated INT8,
  total_cents INT8 NOT NULL,
  granted_cents INT8, -- NULL: the claim itself; else the answer to it
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, delivery_id) REFERENCES delivery (municipality_id, id)
) STRICT;
CREATE INDEX claim_delivery ON claim (municipality_id, delivery_id);
CREATE INDEX claim_number ON claim (municipality_id, law, provider, number);

CREATE TABLE claim_line (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  delivery_id INT8 NOT NULL,
  line INT8 NOT NULL,
  hash BYTES NOT NULL,
  record_id INT8 NOT NULL,
  law INT8 NOT NULL,
  claim TEXT NOT NULL, -- its number
  reference TEXT NOT NULL,
  previous_reference TEXT NOT NULL,
  allocation TEXT NOT NULL,
  category TEXT NOT NULL,
  product TEXT NOT NULL,
  from_day INT8 NOT NULL,
  to_day INT8 NOT NULL,
  quantity_milli INT8 NOT NULL,
  unit INT8 NOT NULL,
  tariff_cents INT8,
  cents INT8 NOT NULL,
  is_rejected INT8 NOT NULL CHECK (is_rejected IN (0, 1)), -- 1: told by the answer
  return_codes TEXT NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, delivery_id) REFERENCES delivery (municipality_id, id),
  FOREIGN KEY (municipality_id, record_id) REFERENCES person_record (municipality_id, id)
) STRICT;
CREATE INDEX claim_line_delivery ON claim_line (municipality_id, delivery_id);
CREATE INDEX claim_line_record ON claim_line (municipality_id, record_id);
CREATE INDEX claim_line_from ON claim_line (municipality_id, from_day);
CREATE INDEX claim_line_rejected ON claim_line (municipality_id, claim, reference) WHERE is_rejected = 1;

CREATE TABLE message_return (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  delivery_id INT8 NOT NULL,
  line INT8 NOT NULL,
  hash BYTES NOT NULL,
  law INT8 NOT NULL,
  of_message TEXT NOT NULL,
  codes TEXT NOT NULL,
  subject TEXT NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, delivery_id) REFERENCES delivery (municipality_id, id)
) STRICT;
CREATE INDEX message_return_delivery ON message_return (municipality_id, delivery_id);

CREATE TABLE benefit (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  delivery_id INT8 NOT NULL,
  line INT8 NOT NULL,
  hash BYTES NOT NULL,
  record_id INT8 NOT NULL,
  partner_id INT8,
  number TEXT NOT NULL,
  scheme TEXT NOT NULL, -- PW, IOAW, IOAZ, Bbz
  from_day INT8 NOT NULL,
  to_day INT8 NOT NULL,
  end_reason INT8 NOT NULL,
  norm TEXT NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, delivery_id) REFERENCES delivery (municipality_id, id),
  FOREIGN KEY (municipality_id, record_id) REFERENCES person_record (municipality_id, id),
  FOREIGN KEY (municipality_id, partner_id) REFERENCES person_record (municipality_id, id)
) STRICT;
CREATE INDEX benefit_delivery ON benefit (municipality_id, delivery_id);
CREATE INDEX benefit_record ON benefit (municipality_id, record_id);
CREATE INDEX benefit_partner ON benefit (municipality_id, partner_id);

CREATE TABLE benefit_payment (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  delivery_id INT8 NOT NULL,
  line INT8 NOT NULL,
  hash BYTES NOT NULL,
  record_id INT8 NOT NULL,
  benefit TEXT NOT NULL, -- its number
  month_from INT8 NOT NULL,
  gross_cents INT8 NOT NULL,
  income_cents INT8 NOT NULL,
  recovery_cents INT8 NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, delivery_id) REFERENCES delivery (municipality_id, id),
  FOREIGN KEY (municipality_id, record_id) REFERENCES person_record (municipality_id, id)
) STRICT;
CREATE INDEX benefit_payment_delivery ON benefit_payment (municipality_id, delivery_id);
CREATE INDEX benefit_payment_record ON benefit_payment (municipality_id, record_id);
CREATE INDEX benefit_payment_month ON benefit_payment (municipality_id, month_from);

CREATE TABLE reintegration (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  delivery_id INT8 NOT NULL,
  line INT8 NOT NULL,
  hash BYTES NOT NULL,
  record_id INT8 NOT NULL,
  kind TEXT NOT NULL,
  from_day INT8 NOT NULL,
  to_day INT8 NOT NULL,
  cents INT8,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, delivery_id) REFERENCES delivery (municipality_id, id),
  FOREIGN KEY (municipality_id, record_id) REFERENCES person_record (municipality_id, id)
) STRICT;
CREATE INDEX reintegration_delivery ON reintegration (municipality_id, delivery_id);
CREATE INDEX reintegration_record ON reintegration (municipality_id, record_id);

CREATE TABLE debt_case (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  delivery_id INT8 NOT NULL,
  line INT8 NOT NULL,
  hash BYTES NOT NULL,
  record_id INT8 NOT NULL,
  partner_id INT8,
  number TEXT NOT NULL,
  organisation TEXT NOT NULL,
  from_day INT8 NOT NULL,
  to_day INT8 NOT NULL,
  total_cents INT8,
  exit_reason TEXT NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, delivery_id) REFERENCES delivery (municipality_id, id),
  FOREIGN KEY (municipality_id, record_id) REFERENCES person_record (municipality_id, id),
  FOREIGN KEY (municipality_id, partner_id) REFERENCES person_record (municipality_id, id)
) STRICT;
CREATE INDEX debt_case_delivery ON debt_case (municipality_id, delivery_id);
CREATE INDEX debt_case_record ON debt_case (municipality_id, record_id);
CREATE INDEX debt_case_partner ON debt_case (municipality_id, partner_id);

CREATE TABLE debt_phase (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  delivery_id INT8 NOT NULL,
  line INT8 NOT NULL,
  hash BYTES NOT NULL,
  record_id INT8 NOT NULL,
  debt_case TEXT NOT NULL, -- its number
  phase TEXT NOT NULL,
  from_day INT8 NOT NULL,
  to_day INT8 NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, delivery_id) REFERENCES delivery (municipality_id, id),
  FOREIGN KEY (municipality_id, record_id) REFERENCES person_record (municipality_id, id)
) STRICT;
CREATE INDEX debt_phase_delivery ON debt_phase (municipality_id, delivery_id);
CREATE INDEX debt_phase_record ON debt_phase (municipality_id, record_id);

CREATE TABLE debt_signal (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  delivery_id INT8 NOT NULL,
  line INT8 NOT NULL,
  hash BYTES NOT NULL,
  record_id INT8 NOT NULL,
  partner TEXT NOT NULL, -- who signals: energy supplier, landlord, insurer
  kind TEXT NOT NULL,
  day INT8 NOT NULL,
  arrears_cents INT8,
  months INT8 NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, delivery_id) REFERENCES delivery (municipality_id, id),
  FOREIGN KEY (municipality_id, record_id) REFERENCES person_record (municipality_id, id)
) STRICT;
CREATE INDEX debt_signal_delivery ON debt_signal (municipality_id, delivery_id);
CREATE INDEX debt_signal_record ON debt_signal (municipality_id, record_id);

-- Of the municipality itself.
CREATE TABLE area (
  municipality_id INT8 NOT NULL,
  code TEXT NOT NULL, -- GM0034, WK003401, BU00340101
  name TEXT NOT NULL,
  from_day INT8 NOT NULL,
  to_day INT8 NOT NULL,
  PRIMARY KEY (municipality_id, code, from_day),
  CHECK (from_day < to_day)
) STRICT;

CREATE TABLE address_area (
  municipality_id INT8 NOT NULL,
  postcode TEXT NOT NULL,
  number_from INT8 NOT NULL,
  number_to INT8 NOT NULL, -- exclusive
  code TEXT NOT NULL,      -- of the neighbourhood
  PRIMARY KEY (municipality_id, postcode, number_from),
  CHECK (number_from < number_to)
) STRICT;

CREATE TABLE provider (
  municipality_id INT8 NOT NULL,
  code TEXT NOT NULL, -- AGB
  name TEXT NOT NULL,
  PRIMARY KEY (municipality_id, code)
) STRICT;

CREATE TABLE product (
  municipality_id INT8 NOT NULL,
  law INT8 NOT NULL,
  category TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (municipality_id, law, category, code)
) STRICT;

-- The task field (taakveld) of the accounts under which a product falls; they were renumbered.
CREATE TABLE product_field (
  municipality_id INT8 NOT NULL,
  law INT8 NOT NULL,
  category TEXT NOT NULL,
  code TEXT NOT NULL,
  field TEXT NOT NULL,
  from_day INT8 NOT NULL,
  to_day INT8 NOT NULL,
  PRIMARY KEY (municipality_id, law, category, code, from_day),
  FOREIGN KEY (municipality_id, law, category, code)
    REFERENCES product (municipality_id, law, category, code),
  CHECK (from_day < to_day)
) STRICT;

CREATE TABLE team (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  name TEXT NOT NULL,
  area TEXT NOT NULL,
  from_day INT8 NOT NULL,
  to_day INT8 NOT NULL,
  PRIMARY KEY (municipality_id, id),
  CHECK (from_day < to_day)
) STRICT;

-- What residents said of the use of their data, found by the mark of their number.
CREATE TABLE objection (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  mark TEXT NOT NULL,
  purpose TEXT NOT NULL,
  is_consent INT8 NOT NULL CHECK (is_consent IN (0, 1)), -- 0: objects; 1: consents
  from_day INT8 NOT NULL,
  to_day INT8 NOT NULL,
  recorded_at INT8 NOT NULL,
  recorded_by INT8 NOT NULL,
  PRIMARY KEY (municipality_id, id),
  CHECK (from_day < to_day)
) STRICT;
CREATE INDEX objection_mark ON objection (municipality_id, mark, purpose);
