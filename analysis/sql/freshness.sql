-- When each source last brought a lead, and when its leads last did anything.
-- Reads:   leads, touches
-- Returns: one row per source: source ('' when unknown), n_leads, first_lead_at, last_lead_at,
--          last_touch_at (NULL without a touch).
WITH touched AS (
    SELECT COALESCE(leads.source, '') AS source, MAX(touches."at") AS last_touch_at
    FROM touches
    INNER JOIN leads ON touches.lead_id = leads.lead_id
    GROUP BY COALESCE(leads.source, '')
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
