-- The attributes believed at each moment: those known from the beginning, and of those
-- that became known the latest.
-- Reads:   moments, prep.lead_values, prep.fact_values
-- Returns: one row per moment and attribute.
SELECT
    moments.moment_no AS moment_no,
    prep.lead_values.value_no AS value_no
FROM moments
INNER JOIN prep.lead_values ON moments.lead_no = prep.lead_values.lead_no
UNION ALL
SELECT
    moments.moment_no AS moment_no,
    prep.fact_values.value_no AS value_no
FROM moments
INNER JOIN prep.fact_values
    ON moments.lead_no = prep.fact_values.lead_no
    AND prep.fact_values.known_at <= moments.decided_at
    AND (prep.fact_values.until_at IS NULL OR prep.fact_values.until_at > moments.decided_at)
