-- A lead is said to be won, but no won deal shows it.
-- Reads:   stage_events, deals
-- Returns: table_name, record_id, lead_id, happened_at, other_at: one row per record.
SELECT
    'stage_events' AS table_name,
    stage_events.stage AS record_id,
    stage_events.lead_id AS lead_id,
    stage_events.entered_at AS happened_at,
    CAST(NULL AS TIMESTAMP) AS other_at
FROM stage_events
WHERE
    stage_events.stage = 'won'
    AND NOT EXISTS (SELECT 1 AS found FROM deals WHERE deals.lead_id = stage_events.lead_id AND deals.outcome = 'won')
