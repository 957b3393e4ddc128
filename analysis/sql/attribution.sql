-- Which touches came before the wins: first, last, and all of them.
-- Reads:   prep.leads, prep.stage_entries, prep.touches, prep.touch_types
-- Returns: one row per value of the touch attribute named by $attribute ('' when unknown), for the
--          wins of leads created in the period; a row with label NULL counts wins without any touch:
--            label
--            n_first, n_last  wins whose first or last touch before the win it was
--            n_any            wins with at least one such touch
--            all_weight       wins shared out evenly over all their touches
WITH touched AS (
    {touched_wins}
)

SELECT
    label AS label,
    CAST(SUM(CASE WHEN place = 1 THEN 1 ELSE 0 END) AS BIGINT) AS n_first,
    CAST(SUM(CASE WHEN place = n_touches THEN 1 ELSE 0 END) AS BIGINT) AS n_last,
    COUNT(DISTINCT lead_no) AS n_any,
    SUM(CAST(1 AS DOUBLE) / n_touches) AS all_weight
FROM touched
GROUP BY label
