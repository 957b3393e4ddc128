-- The vendor's last run scores at least one lead, so that the history of the smallest
-- company reaches to the last second of its calendar too.
-- Reads:  leads, scores
-- Adds to: scores
INSERT INTO scores (lead_id, scored_at, scorer, axis, score)
SELECT
    arg_max(lead_id, created_at) AS lead_id,
    moment($as_of_second) AS scored_at,
    $vendor_scorer AS scorer,
    'fit' AS axis,
    45 AS score
FROM leads
HAVING count(*) > 0 AND NOT EXISTS (SELECT 1 FROM scores WHERE scored_at = moment($as_of_second));
