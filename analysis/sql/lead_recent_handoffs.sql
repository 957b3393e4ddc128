-- The leads that were handed over last, to start from when nobody was asked for.
-- Reads:   prep.handoffs, prep.leads
-- Returns: at most $n_rows rows: lead_id, company, source, created_at, handed_off_at.
WITH latest AS (
    SELECT prep.handoffs.lead_no AS lead_no, MAX(prep.handoffs.handed_off_at) AS handed_off_at
    FROM prep.handoffs
    WHERE prep.handoffs.handed_off_at <= $as_of
    GROUP BY prep.handoffs.lead_no
    ORDER BY handed_off_at DESC NULLS LAST, prep.handoffs.lead_no DESC NULLS LAST
    LIMIT $n_rows
)

SELECT
    prep.leads.lead_id AS lead_id,
    prep.leads.company AS company,
    prep.leads.source AS source,
    prep.leads.created_at AS created_at,
    latest.handed_off_at AS handed_off_at
FROM latest
INNER JOIN prep.leads ON latest.lead_no = prep.leads.lead_no
ORDER BY latest.handed_off_at DESC NULLS LAST, prep.leads.lead_id NULLS LAST
