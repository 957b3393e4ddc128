-- What the company knows of a lead, and since when. An attribute that is known from the
-- creation needs no record; one that was learned or corrected later has one per change.
-- Reads:  lead
-- Builds: known(lead_no, field, value, known_at, is_recorded)
CREATE OR REPLACE TEMP TABLE known AS
WITH delay AS (
    -- Most is learned within months, one in ten within a year.
    SELECT
        lead_no,
        created_at + CAST(
            86400 * (1 + CASE WHEN uniform(lead_no, 'slow to learn') < 0.1 THEN 365 ELSE $attributes_learned_after_days END
            * pow(uniform(lead_no, 'learned employees'), 2)) AS BIGINT
        ) AS employees_learned_at,
        created_at + CAST(
            86400 * (1 + CASE WHEN uniform(lead_no, 'slow to learn') < 0.1 THEN 365 ELSE $attributes_learned_after_days END
            * pow(uniform(lead_no, 'learned title'), 2)) AS BIGINT
        ) AS title_learned_at,
        uniform(lead_no, 'employees known') AS employees_draw,
        uniform(lead_no, 'title known') AS title_draw
    FROM lead
),

employees_case AS (
    SELECT
        lead_no,
        CASE
            WHEN employees_draw < $attributes_p_employees_known * $attributes_p_employees_corrected THEN 'corrected'
            WHEN employees_draw < $attributes_p_employees_known THEN 'known'
            WHEN employees_draw < $attributes_p_employees_known + $attributes_p_employees_learned THEN 'learned'
            ELSE 'never'
        END AS how
    FROM delay
),

title_case AS (
    SELECT
        lead_no,
        CASE
            WHEN title_draw < $attributes_p_title_known THEN 'known'
            WHEN title_draw < $attributes_p_title_known + $attributes_p_title_learned THEN 'learned'
            ELSE 'never'
        END AS how
    FROM delay
)

SELECT
    lead.lead_no AS lead_no,
    'employees' AS field,
    CAST(lead.employees AS VARCHAR) AS value,
    CASE WHEN employees_case.how = 'known' THEN lead.created_at ELSE delay.employees_learned_at END AS known_at,
    employees_case.how <> 'known' AS is_recorded
FROM lead
INNER JOIN delay ON lead.lead_no = delay.lead_no
INNER JOIN employees_case ON lead.lead_no = employees_case.lead_no
WHERE employees_case.how <> 'never'
UNION ALL
-- A branch office was taken for the company, until somebody asked.
SELECT
    lead.lead_no AS lead_no,
    'employees' AS field,
    CAST(greatest(1, lead.employees // 10) AS VARCHAR) AS value,
    lead.created_at AS known_at,
    TRUE AS is_recorded
FROM lead
INNER JOIN employees_case ON lead.lead_no = employees_case.lead_no
WHERE employees_case.how = 'corrected'
UNION ALL
-- Capital comes from the same register as the number of employees, at creation or never.
SELECT
    lead.lead_no AS lead_no,
    'capital_yen' AS field,
    CAST(lead.capital_yen AS VARCHAR) AS value,
    lead.created_at AS known_at,
    FALSE AS is_recorded
FROM lead
INNER JOIN employees_case ON lead.lead_no = employees_case.lead_no
WHERE employees_case.how IN ('known', 'corrected')
UNION ALL
SELECT
    lead.lead_no AS lead_no,
    title_field.field AS field,
    CASE title_field.field WHEN 'job_title' THEN lead.job_title ELSE lead.seniority END AS value,
    CASE WHEN title_case.how = 'known' THEN lead.created_at ELSE delay.title_learned_at END AS known_at,
    title_case.how <> 'known' AS is_recorded
FROM lead
INNER JOIN delay ON lead.lead_no = delay.lead_no
INNER JOIN title_case ON lead.lead_no = title_case.lead_no
CROSS JOIN (VALUES ('job_title'), ('seniority')) AS title_field (field)
WHERE title_case.how <> 'never'
UNION ALL
SELECT
    lead_no AS lead_no,
    'department' AS field,
    department AS value,
    created_at AS known_at,
    FALSE AS is_recorded
FROM lead
WHERE uniform(lead_no, 'department known') < $attributes_p_department_known
UNION ALL
SELECT
    lead_no AS lead_no,
    'industry' AS field,
    industry AS value,
    created_at AS known_at,
    FALSE AS is_recorded
FROM lead
WHERE uniform(lead_no, 'industry known') < 0.93;
