-- What is recorded of one lead itself, and how far it has come.
-- Reads:   prep.leads, prep.stage_entries, stages
-- Returns: one row, or none when there is no such lead; stage is the furthest by $as_of.
SELECT
    prep.leads.lead_id AS lead_id,
    prep.leads.created_at AS created_at,
    prep.leads.source AS source,
    prep.leads.is_inbound AS is_inbound,
    prep.leads.is_online AS is_online,
    prep.leads.campaign AS campaign,
    prep.leads.company AS company,
    prep.leads.industry AS industry,
    prep.leads.employees AS employees,
    prep.leads.capital_yen AS capital_yen,
    prep.leads.department AS department,
    prep.leads.job_title AS job_title,
    prep.leads.seniority AS seniority,
    prep.leads.region AS region,
    prep.leads.owner AS owner,
    (
        SELECT ARG_MAX(stages.stage, stages.position)
        FROM prep.stage_entries
        INNER JOIN stages ON prep.stage_entries.position = stages.position
        WHERE
            prep.stage_entries.lead_no = prep.leads.lead_no
            AND prep.stage_entries.first_entered_at <= $as_of
    ) AS stage
FROM prep.leads
WHERE prep.leads.lead_id = $lead_id
