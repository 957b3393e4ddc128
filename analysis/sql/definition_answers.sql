-- What sales answered to each handoff.
-- Reads:   prep.handoffs
-- Returns: one row per handoff answered by $as_of: answer_no is 1 accepted, 2 rejected.
SELECT
    prep.handoffs.lead_no AS lead_no,
    prep.handoffs.pass_no AS pass_no,
    prep.handoffs.handed_off_at AS decided_at,
    MIN(CASE WHEN prep.handoffs.response = 'accepted' THEN 1 ELSE 2 END) AS answer_no
FROM prep.handoffs
WHERE
    prep.handoffs.handed_off_at <= $as_of
    AND prep.handoffs.responded_at <= $as_of
    AND prep.handoffs.response IN ('accepted', 'rejected')
GROUP BY prep.handoffs.lead_no, prep.handoffs.pass_no, prep.handoffs.handed_off_at
