-- The stages of the funnel, in order.
-- Reads:   stages(stage, position)
-- Returns: one row per stage.
SELECT
    stage AS stage,
    position AS position
FROM stages
ORDER BY position
