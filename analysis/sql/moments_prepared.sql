-- The same as moments.sql for handoffs, when nothing happened after $as_of: prepared at import.
-- Reads:   prep.moments
-- Returns: one row per moment in the chosen period and sources.
SELECT
    prep.moments.moment_no AS moment_no,
    prep.moments.lead_no AS lead_no,
    prep.moments.moment_no AS turn_no,
    prep.moments.pass_no AS pass_no,
    prep.moments.decided_at AS decided_at,
    prep.moments.next_decided_at AS next_decided_at,
    0 AS is_settled,
    CASE WHEN prep.moments.is_standing THEN 1 ELSE 0 END AS is_standing
FROM prep.moments
WHERE
    prep.moments.decided_at >= $starts_at
    AND prep.moments.decided_at < $ends_at
    AND (
        LEN(CAST($sources AS VARCHAR[])) = 0
        OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(prep.moments.source, ''))
    )
