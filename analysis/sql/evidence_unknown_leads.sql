-- Rows that speak of a lead that is not in the leads table: they are ignored everywhere.
-- Reads:   touches, stage_events, handoffs, deals, leads
-- Returns: table_name, record_id, lead_id, happened_at, other_at: one row per record.
SELECT
    'touches' AS table_name,
    touches.touch_id AS record_id,
    touches.lead_id AS lead_id,
    touches."at" AS happened_at,
    CAST(NULL AS TIMESTAMP) AS other_at
FROM touches
WHERE NOT EXISTS (SELECT 1 AS found FROM leads WHERE leads.lead_id = touches.lead_id)
UNION ALL
SELECT
    'stage_events' AS table_name,
    stage_events.stage AS record_id,
    stage_events.lead_id AS lead_id,
    stage_events.entered_at AS happened_at,
    CAST(NULL AS TIMESTAMP) AS other_at
FROM stage_events
WHERE NOT EXISTS (SELECT 1 AS found FROM leads WHERE leads.lead_id = stage_events.lead_id)
UNION ALL
SELECT
    'handoffs' AS table_name,
    handoffs.handoff_id AS record_id,
    handoffs.lead_id AS lead_id,
    handoffs.handed_off_at AS happened_at,
    CAST(NULL AS TIMESTAMP) AS other_at
FROM handoffs
WHERE NOT EXISTS (SELECT 1 AS found FROM leads WHERE leads.lead_id = handoffs.lead_id)
UNION ALL
SELECT
    'deals' AS table_name,
    deals.deal_id AS record_id,
    deals.lead_id AS lead_id,
    deals.opened_at AS happened_at,
    CAST(NULL AS TIMESTAMP) AS other_at
FROM deals
WHERE NOT EXISTS (SELECT 1 AS found FROM leads WHERE leads.lead_id = deals.lead_id)
