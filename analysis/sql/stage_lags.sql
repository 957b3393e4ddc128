-- Whole days in each stage: until the lead moved on, was lost, or as of now.
-- Reads:   prep.stage_entries, prep.deals, stages
-- Returns: one row per stage, outcome and number of days, without the last stage:
--            position  stage that was entered
--            outcome   reached (moved on to a later stage), lost, or open (this is where the lead stands)
--            days      of 24 hours since the first entry into the stage; begun ones count, except for open
--            n         leads created in the period
WITH stays AS (
    {stays}
)

SELECT
    position AS position,
    outcome AS outcome,
    days AS days,
    COUNT(*) AS n
FROM stays
GROUP BY position, outcome, days
