-- When leads were lost: their last lost deal, when no deal is open.
-- Reads:   prep.deals
-- Returns: one row per lost lead: lead_no, lost_at. A part of other statements.
SELECT
    lead_no AS lead_no,
    MAX(CASE WHEN outcome = 'lost' THEN closed_at END) AS lost_at
FROM prep.deals
WHERE opened_at IS NULL OR opened_at <= $as_of
GROUP BY lead_no
HAVING
    MAX(CASE WHEN outcome = 'lost' THEN closed_at END) IS NOT NULL
    AND SUM(CASE WHEN outcome = 'open' OR closed_at IS NULL OR closed_at > $as_of THEN 1 ELSE 0 END) = 0
