-- The stages that anybody had entered by $as_of, in order, with the first and the last in any
-- case: a funnel that nobody left at the end says so. A stage in between that is never recorded would only repeat the next one.
-- Reads:   stages(stage, position), prep.stage_starts(position, first_entered_at)
-- Returns: one row per stage.
SELECT
    stages.stage AS stage,
    stages.position AS position
FROM stages
WHERE
    stages.position = (SELECT MIN(stages.position) AS first_position FROM stages)
    OR stages.position = (SELECT MAX(stages.position) AS last_position FROM stages)
    OR EXISTS (
        SELECT 1 AS found
        FROM prep.stage_starts AS starts
        WHERE starts.position = stages.position AND starts.first_entered_at <= $as_of
    )
ORDER BY position
