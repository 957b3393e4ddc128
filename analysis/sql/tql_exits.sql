-- What became of the leads that came to a stage with two exits: passed on, or closed where they were.
-- Reads:   prep.leads, prep.stage_entries, prep.deals, stage_events, stages
-- Returns: one row per exit (see exits.sql): exit, n leads that entered $stage in the period.
WITH exits AS (
    {exits}
)

SELECT
    exit AS exit,
    COUNT(*) AS n
FROM exits
GROUP BY exit
