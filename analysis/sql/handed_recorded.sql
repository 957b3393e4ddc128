-- Whether anybody records first contacts, answers and later attempts at all, in the whole history.
-- Reads:   prep.handoffs, prep.touch_types
-- Returns: one row: has_contacts, has_answers (with a time), has_attempts (calls and mails to leads).
SELECT
    EXISTS (SELECT 1 AS one FROM prep.handoffs WHERE prep.handoffs.first_contact_at <= $as_of) AS has_contacts,
    EXISTS (
        SELECT 1 AS one FROM prep.handoffs WHERE prep.handoffs.responded_at <= $as_of AND prep.handoffs.response IS NOT NULL
    ) AS has_answers,
    -- A kind of touch is there when a touch of it is.
    EXISTS (
        SELECT 1 AS one
        FROM prep.touch_types
        WHERE prep.touch_types.direction = 'outbound' AND prep.touch_types.kind IN ('call', 'email')
    ) AS has_attempts
