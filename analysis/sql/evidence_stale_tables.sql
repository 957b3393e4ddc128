-- A table whose latest event lies more than a month before the latest of all: did its system stop exporting?
-- Reads:   touches, stage_events, handoffs, deals
-- Returns: table_name, record_id, lead_id, happened_at, other_at: one row per record.
WITH latest AS (
    SELECT 'leads' AS table_name, MAX(leads.created_at) AS latest_at FROM leads
    UNION ALL
    SELECT 'touches' AS table_name, MAX(touches."at") AS latest_at FROM touches
    UNION ALL
    SELECT 'stage_events' AS table_name, MAX(stage_events.entered_at) AS latest_at FROM stage_events
    UNION ALL
    SELECT 'handoffs' AS table_name, MAX(handoffs.handed_off_at) AS latest_at FROM handoffs
    UNION ALL
    SELECT 'deals' AS table_name, MAX(GREATEST(deals.opened_at, CASE WHEN deals.outcome <> 'open' THEN deals.closed_at END)) AS latest_at
    FROM deals
)

SELECT
    latest.table_name AS table_name,
    latest.table_name AS record_id,
    CAST(NULL AS VARCHAR) AS lead_id,
    latest.latest_at AS happened_at,
    CAST($data_end AS TIMESTAMP) AS other_at
FROM latest
WHERE latest.latest_at < CAST($data_end AS TIMESTAMP) - INTERVAL 31 DAY
