-- The leads as the company knows them at the end, and how it came to know.
-- Reads:  lead, known
-- Adds to: leads, lead_facts
INSERT INTO leads (
    lead_id, created_at, source, is_inbound, is_online, campaign, company, industry, employees, capital_yen, department,
    job_title, seniority, region, "owner"
)
WITH latest AS (
    SELECT
        lead_no,
        arg_max(value, known_at) FILTER (WHERE field = 'industry') AS industry,
        arg_max(value, known_at) FILTER (WHERE field = 'employees') AS employees,
        arg_max(value, known_at) FILTER (WHERE field = 'capital_yen') AS capital_yen,
        arg_max(value, known_at) FILTER (WHERE field = 'department') AS department,
        arg_max(value, known_at) FILTER (WHERE field = 'job_title') AS job_title,
        arg_max(value, known_at) FILTER (WHERE field = 'seniority') AS seniority
    FROM known
    WHERE known_at <= $as_of_second
    GROUP BY lead_no
)

SELECT
    lead.lead_id AS lead_id,
    moment(lead.created_at) AS created_at,
    lead.source AS source,
    lead.is_inbound AS is_inbound,
    lead.is_online AS is_online,
    lead.campaign AS campaign,
    lead.company AS company,
    latest.industry AS industry,
    CAST(latest.employees AS INTEGER) AS employees,
    CAST(latest.capital_yen AS BIGINT) AS capital_yen,
    latest.department AS department,
    latest.job_title AS job_title,
    latest.seniority AS seniority,
    lead.region AS region,
    lead.owner AS "owner"
FROM lead
LEFT JOIN latest ON lead.lead_no = latest.lead_no
ORDER BY lead.lead_no;

INSERT INTO lead_facts (lead_id, field, value, known_at)
SELECT
    lead.lead_id AS lead_id,
    known.field AS field,
    known.value AS value,
    moment(known.known_at) AS known_at
FROM known
INNER JOIN lead ON known.lead_no = lead.lead_no
WHERE known.is_recorded AND known.known_at <= $as_of_second
ORDER BY known.lead_no, known.known_at, known.field;
