-- Who left a stage with two exits in one way: the leads behind a number of tql_exits.sql.
-- Reads:   prep.leads, prep.stage_entries, prep.deals, stage_events, stages
-- Returns: one row per lead that entered $stage in the period and left it by $exit: lead_no, pass_no (always 1),
--          reached_at (when it entered the stage).
WITH exits AS (
    {exits}
)

SELECT
    lead_no AS lead_no,
    1 AS pass_no,
    entered_at AS reached_at
FROM exits
WHERE exit = $exit
