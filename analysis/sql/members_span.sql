-- Who took how long between two stages: the leads behind a row of times. The definitions of durations.sql.
-- Reads:   prep.lead_labels, prep.stage_entries, prep.deals
-- Returns: one row per lead: lead_no, pass_no (always 1), reached_at (when it came to the end or was lost; for open
--          leads, since when they wait). $outcome is one of reached, lost, open, or all of these.
WITH spans AS (
    {spans}
)

SELECT
    lead_no AS lead_no,
    1 AS pass_no,
    CASE WHEN outcome = 'open' THEN started_at ELSE ended_at END AS reached_at
FROM spans
WHERE
    (outcome = $outcome OR ($outcome = 'all' AND outcome <> 'before'))
    AND (LEN(CAST($labels AS VARCHAR[])) = 0 OR LIST_CONTAINS(CAST($labels AS VARCHAR[]), label) <> $is_rest)
