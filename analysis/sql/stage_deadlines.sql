-- The days that were agreed for the stages of the funnel.
-- Reads:   stages
-- Returns: one row per stage that has any, in order: stage, department, sla_days.
SELECT
    stage AS stage,
    department AS department,
    sla_days AS sla_days
FROM stages
WHERE sla_days IS NOT NULL
ORDER BY position
