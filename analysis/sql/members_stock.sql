-- Who stands in a stage, and for how long: the leads behind the stock. The definitions of stage_lags.sql.
-- Reads:   prep.stage_entries, prep.deals, stages
-- Returns: one row per lead: lead_no, pass_no (always 1), reached_at (since when it stands there).
WITH stays AS (
    {stays}
)

SELECT
    lead_no AS lead_no,
    1 AS pass_no,
    entered_at AS reached_at
FROM stays
WHERE position = $stage_position AND outcome = 'open' AND days > $over_days
