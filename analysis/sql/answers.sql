-- What sales had answered to each handoff by $as_of.
-- Reads:   handoffs
-- Returns: one row per handoff: lead_id, pass_no, decided_at, response (NULL without an answer).
SELECT
    handoffs.lead_id AS lead_id,
    handoffs.pass_no AS pass_no,
    handoffs.handed_off_at AS decided_at,
    CASE WHEN handoffs.responded_at IS NULL OR handoffs.responded_at <= $as_of THEN handoffs.response END AS response
FROM handoffs
WHERE handoffs.handed_off_at <= $as_of
