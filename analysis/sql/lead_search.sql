-- Leads found by a part of their id or of their company's name; an exact id comes first, then the latest.
-- Reads:   prep.leads
-- Returns: at most $n_rows rows: lead_id, company, source, created_at, n_found (in all).
SELECT
    prep.leads.lead_id AS lead_id,
    prep.leads.company AS company,
    prep.leads.source AS source,
    prep.leads.created_at AS created_at,
    COUNT(*) OVER () AS n_found
FROM prep.leads
WHERE
    CONTAINS(LOWER(prep.leads.lead_id), LOWER($wanted))
    OR CONTAINS(LOWER(COALESCE(prep.leads.company, '')), LOWER($wanted))
ORDER BY
    CASE WHEN LOWER(prep.leads.lead_id) = LOWER($wanted) THEN 0 ELSE 1 END NULLS LAST,
    prep.leads.created_at DESC NULLS LAST,
    prep.leads.lead_id NULLS LAST
LIMIT $n_rows
