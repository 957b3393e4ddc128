-- What was spent per source or campaign in the months that begin in the period.
-- Reads:   costs
-- Returns: one row per value of the attribute named by $dimension (source or campaign): label, cost.
SELECT
    CASE $dimension WHEN 'campaign' THEN campaign ELSE source END AS label,
    SUM(CAST(amount AS DOUBLE)) AS cost
FROM costs
WHERE
    CAST("month" AS TIMESTAMP) >= DATE_TRUNC('month', CAST($starts_at AS TIMESTAMP))
    AND CAST("month" AS TIMESTAMP) < $ends_at
    AND (LEN(CAST($sources AS VARCHAR[])) = 0 OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), source))
    AND ($dimension = 'source' OR ($dimension = 'campaign' AND campaign <> ''))
GROUP BY CASE $dimension WHEN 'campaign' THEN campaign ELSE source END
