-- For how many leads of each source each attribute is known.
-- An attribute counts as known when the lead has it; where facts were recorded as they became
-- known, the latest one counts, and an empty one withdraws it.
-- Reads:   leads, lead_facts
-- Returns: one row per source: source ('' when unknown), n_leads, and the number of leads that have
--          campaign, company, industry, employees, capital_yen, department, job_title, seniority,
--          region, owner, is_inbound, is_online.
WITH numbered AS (
    SELECT
        lead_facts.lead_id AS lead_id,
        lead_facts.field AS field,
        CASE WHEN TRIM(COALESCE(lead_facts.value, '')) = '' THEN 0 ELSE 1 END AS is_known,
        ROW_NUMBER() OVER (
            PARTITION BY lead_facts.lead_id, lead_facts.field
            ORDER BY lead_facts.known_at DESC NULLS LAST
        ) AS age_rank
    FROM lead_facts
),

facts AS (
    SELECT
        numbered.lead_id AS lead_id,
        MAX(CASE WHEN numbered.field = 'campaign' THEN numbered.is_known END) AS campaign,
        MAX(CASE WHEN numbered.field = 'company' THEN numbered.is_known END) AS company,
        MAX(CASE WHEN numbered.field = 'industry' THEN numbered.is_known END) AS industry,
        MAX(CASE WHEN numbered.field = 'employees' THEN numbered.is_known END) AS employees,
        MAX(CASE WHEN numbered.field = 'capital_yen' THEN numbered.is_known END) AS capital_yen,
        MAX(CASE WHEN numbered.field = 'department' THEN numbered.is_known END) AS department,
        MAX(CASE WHEN numbered.field = 'job_title' THEN numbered.is_known END) AS job_title,
        MAX(CASE WHEN numbered.field = 'seniority' THEN numbered.is_known END) AS seniority,
        MAX(CASE WHEN numbered.field = 'region' THEN numbered.is_known END) AS region,
        MAX(CASE WHEN numbered.field = 'owner' THEN numbered.is_known END) AS owner,
        MAX(CASE WHEN numbered.field = 'is_inbound' THEN numbered.is_known END) AS is_inbound,
        MAX(CASE WHEN numbered.field = 'is_online' THEN numbered.is_known END) AS is_online
    FROM numbered
    WHERE numbered.age_rank = 1
    GROUP BY numbered.lead_id
)

SELECT
    COALESCE(leads.source, '') AS source,
    COUNT(*) AS n_leads,
    SUM(COALESCE(facts.campaign, CASE WHEN leads.campaign IS NULL THEN 0 ELSE 1 END)) AS campaign,
    SUM(COALESCE(facts.company, CASE WHEN leads.company IS NULL THEN 0 ELSE 1 END)) AS company,
    SUM(COALESCE(facts.industry, CASE WHEN leads.industry IS NULL THEN 0 ELSE 1 END)) AS industry,
    SUM(COALESCE(facts.employees, CASE WHEN leads.employees IS NULL THEN 0 ELSE 1 END)) AS employees,
    SUM(COALESCE(facts.capital_yen, CASE WHEN leads.capital_yen IS NULL THEN 0 ELSE 1 END)) AS capital_yen,
    SUM(COALESCE(facts.department, CASE WHEN leads.department IS NULL THEN 0 ELSE 1 END)) AS department,
    SUM(COALESCE(facts.job_title, CASE WHEN leads.job_title IS NULL THEN 0 ELSE 1 END)) AS job_title,
    SUM(COALESCE(facts.seniority, CASE WHEN leads.seniority IS NULL THEN 0 ELSE 1 END)) AS seniority,
    SUM(COALESCE(facts.region, CASE WHEN leads.region IS NULL THEN 0 ELSE 1 END)) AS region,
    SUM(COALESCE(facts.owner, CASE WHEN leads.owner IS NULL THEN 0 ELSE 1 END)) AS owner,
    SUM(COALESCE(facts.is_inbound, CASE WHEN leads.is_inbound IS NULL THEN 0 ELSE 1 END)) AS is_inbound,
    SUM(COALESCE(facts.is_online, CASE WHEN leads.is_online IS NULL THEN 0 ELSE 1 END)) AS is_online
FROM leads
LEFT JOIN facts ON leads.lead_id = facts.lead_id
GROUP BY COALESCE(leads.source, '')
ORDER BY n_leads DESC, source
