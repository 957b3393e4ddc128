-- When each source last brought a lead, and when its leads last did anything.
-- Reads:   leads, prep.leads, prep.touched_leads
-- Returns: one row per source: source ('' when unknown), n_leads, first_lead_at, last_lead_at,
--          last_touch_at (NULL without a touch).
WITH touched AS (
    SELECT COALESCE(prep.leads.source, '') AS source, MAX(prep.touched_leads.last_touch_at) AS last_touch_at
    FROM prep.touched_leads
    INNER JOIN prep.leads ON prep.touched_leads.lead_no = prep.leads.lead_no
    GROUP BY COALESCE(prep.leads.source, '')
),

created AS (
    SELECT
        COALESCE(leads.source, '') AS source,
        COUNT(*) AS n_leads,
        MIN(leads.created_at) AS first_lead_at,
        MAX(leads.created_at) AS last_lead_at
    FROM leads
    GROUP BY COALESCE(leads.source, '')
)

SELECT
    created.source AS source,
    created.n_leads AS n_leads,
    created.first_lead_at AS first_lead_at,
    created.last_lead_at AS last_lead_at,
    touched.last_touch_at AS last_touch_at
FROM created
LEFT JOIN touched ON created.source = touched.source
ORDER BY created.n_leads DESC, created.source
