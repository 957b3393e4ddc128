-- When each lead first came to a stage, or to one after it.
-- Reads:   prep.stage_entries, asked_stages (position)
-- Returns: one row per lead and asked position that was reached by $as_of.
SELECT
    prep.stage_entries.lead_no AS lead_no,
    asked_stages.position AS position,
    MIN(prep.stage_entries.first_entered_at) AS reached_at
FROM prep.stage_entries
INNER JOIN asked_stages ON prep.stage_entries.position >= asked_stages.position
WHERE prep.stage_entries.first_entered_at <= $as_of
GROUP BY prep.stage_entries.lead_no, asked_stages.position
