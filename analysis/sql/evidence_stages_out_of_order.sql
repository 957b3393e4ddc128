-- A lead entered a stage before one that comes earlier in the funnel.
-- Reads:   prep.stage_entries, prep.leads, stages
-- Returns: table_name, record_id, lead_id, happened_at, other_at: one row per record.
WITH entries AS (
    SELECT
        stage_entries.lead_no AS lead_no,
        stage_entries.position AS position,
        stage_entries.first_entered_at AS first_entered_at,
        MAX(stage_entries.first_entered_at) OVER (
            PARTITION BY stage_entries.lead_no
            ORDER BY stage_entries.position NULLS LAST
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS latest_before
    FROM prep.stage_entries AS stage_entries
)

SELECT
    'stage_events' AS table_name,
    stages.stage AS record_id,
    leads.lead_id AS lead_id,
    entries.first_entered_at AS happened_at,
    entries.latest_before AS other_at
FROM entries
INNER JOIN prep.leads AS leads ON entries.lead_no = leads.lead_no
INNER JOIN stages ON entries.position = stages.position
WHERE entries.first_entered_at < entries.latest_before
