-- A deal was won, but the lead was never handed over before: nobody's score is tested by it.
-- Reads:   deals, handoffs
-- Returns: table_name, record_id, lead_id, happened_at, other_at: one row per record.
SELECT
    'deals' AS table_name,
    deals.deal_id AS record_id,
    deals.lead_id AS lead_id,
    deals.closed_at AS happened_at,
    CAST(NULL AS TIMESTAMP) AS other_at
FROM deals
WHERE
    deals.outcome = 'won'
    AND NOT EXISTS (
        SELECT 1 AS found
        FROM handoffs
        WHERE handoffs.lead_id = deals.lead_id AND handoffs.handed_off_at <= COALESCE(deals.closed_at, handoffs.handed_off_at)
    )
