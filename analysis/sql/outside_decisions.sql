-- The latest score another tool had given by each decision, in whole points; halves are rounded upwards.
-- Of several axes it is the sum, where the lead had a score on each.
-- Reads:   decisions, prep.outside_scores
-- Returns: one row per decision, in a stable order; the points are NULL where nobody had scored the lead.
SELECT
    decisions.moment_no AS moment_no,
    CASE
        WHEN COUNT(prep.outside_scores.score) = LEN(CAST($axes AS VARCHAR[]))
            THEN CAST(FLOOR(SUM(prep.outside_scores.score) * $scale + 0.5) AS BIGINT)
    END AS points
FROM decisions
LEFT JOIN prep.outside_scores
    ON decisions.lead_no = prep.outside_scores.lead_no
    AND prep.outside_scores.scorer = $scorer
    AND LIST_CONTAINS(CAST($axes AS VARCHAR[]), prep.outside_scores.axis)
    AND prep.outside_scores.known_at <= decisions.decided_at
    AND (prep.outside_scores.until_at IS NULL OR prep.outside_scores.until_at > decisions.decided_at)
GROUP BY decisions.moment_no
ORDER BY decisions.moment_no NULLS LAST
