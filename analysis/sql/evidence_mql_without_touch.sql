-- A lead is called marketing-qualified although nothing it did is on record.
-- Reads:   stage_events, prep.leads, prep.touched_leads
-- Returns: table_name, record_id, lead_id, happened_at, other_at: one row per record.
WITH first_touches AS (
    SELECT
        prep.leads.lead_id AS lead_id,
        prep.touched_leads.first_touch_at AS first_touch_at
    FROM prep.touched_leads
    INNER JOIN prep.leads ON prep.touched_leads.lead_no = prep.leads.lead_no
)

SELECT
    'stage_events' AS table_name,
    stage_events.stage AS record_id,
    stage_events.lead_id AS lead_id,
    stage_events.entered_at AS happened_at,
    first_touches.first_touch_at AS other_at
FROM stage_events
LEFT JOIN first_touches ON stage_events.lead_id = first_touches.lead_id
WHERE
    stage_events.stage = 'mql'
    AND (first_touches.first_touch_at IS NULL OR first_touches.first_touch_at > stage_events.entered_at)
