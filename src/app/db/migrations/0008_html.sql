-- SPDX-License-Identifier: EUPL-1.2
-- What the renderer of this number made of a revision's text, kept when it was first read. A renderer
-- that was mended has another number, and makes it anew.
ALTER TABLE revision ADD COLUMN html TEXT;
ALTER TABLE revision ADD COLUMN html_by INT8 NOT NULL DEFAULT 0;
