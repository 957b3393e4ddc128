-- A lead entered a stage before one that comes earlier in the funnel, within the same pass.
-- (A recycled lead goes back to an earlier stage in its next pass: that is in order.)
-- Reads:   stage_events, stages
-- Returns: table_name, record_id, lead_id, happened_at, other_at: one row per record.
WITH entries AS (
    SELECT
        stage_events.lead_id AS lead_id,
        stage_events.pass_no AS pass_no,
        stages.stage AS stage,
        stages.position AS position,
        MIN(stage_events.entered_at) AS first_entered_at
    FROM stage_events
    INNER JOIN stages ON stage_events.stage = stages.stage
    GROUP BY stage_events.lead_id, stage_events.pass_no, stages.stage, stages.position
),

ordered AS (
    SELECT
        entries.lead_id AS lead_id,
        entries.stage AS stage,
        entries.first_entered_at AS first_entered_at,
        MAX(entries.first_entered_at) OVER (
            PARTITION BY entries.lead_id, entries.pass_no
            ORDER BY entries.position NULLS LAST
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS latest_before
    FROM entries
)

SELECT
    'stage_events' AS table_name,
    ordered.stage AS record_id,
    ordered.lead_id AS lead_id,
    ordered.first_entered_at AS happened_at,
    ordered.latest_before AS other_at
FROM ordered
WHERE ordered.first_entered_at < ordered.latest_before
