-- Decision moments: $landmark_days after the creation of each lead.
-- A lead whose deal was won or lost by then is settled: it is no longer open to a decision.
-- Reads:   prep.leads, deals
-- Returns: one row per lead that is old enough at $as_of.
WITH first_closed AS (
    SELECT
        deals.lead_id AS lead_id,
        MIN(deals.closed_at) AS closed_at
    FROM deals
    WHERE deals.outcome IN ('won', 'lost')
    GROUP BY deals.lead_id
)

SELECT
    prep.leads.lead_no AS lead_no,
    0 AS turn_no,
    1 AS pass_no,
    prep.leads.created_at + INTERVAL '1' DAY * $landmark_days AS decided_at,
    CAST(NULL AS TIMESTAMP) AS next_decided_at,
    CASE
        WHEN first_closed.closed_at <= prep.leads.created_at + INTERVAL '1' DAY * $landmark_days THEN 1
        ELSE 0
    END AS is_settled
FROM prep.leads
LEFT JOIN first_closed ON prep.leads.lead_id = first_closed.lead_id
WHERE prep.leads.created_at + INTERVAL '1' DAY * $landmark_days <= $as_of
