-- Decision moments: $landmark_days after the creation of each lead.
-- A lead whose deal was won or lost by then is settled: it is no longer open to a decision.
-- Reads:   prep.leads, prep.deals
-- Returns: one row per lead that is old enough at $as_of.
WITH first_closed AS (
    SELECT
        prep.deals.lead_no AS lead_no,
        MIN(prep.deals.closed_at) AS closed_at
    FROM prep.deals
    WHERE prep.deals.outcome IN ('won', 'lost')
    GROUP BY prep.deals.lead_no
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
    END AS is_settled,
    prep.leads.created_at AS created_at,
    prep.leads.source AS source
FROM prep.leads
LEFT JOIN first_closed ON prep.leads.lead_no = first_closed.lead_no
WHERE prep.leads.created_at + INTERVAL '1' DAY * $landmark_days <= $as_of
