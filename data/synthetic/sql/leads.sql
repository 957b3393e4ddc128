-- Who the leads are: everything true of them from the start, whether or not it is known.
-- Times are seconds of UTC in whole numbers until they are written.
-- Reads:  choice, source, campaign, title, name_tail, name_stem, name_place, owner
-- Builds: lead
CREATE OR REPLACE TEMP TABLE lead AS
WITH spread AS (
    -- One lead in each of n equal slices of the two years: numbers rise with time.
    SELECT
        range AS lead_no,
        (range + uniform(range, 'created')) / $n_leads AS share
    FROM range($first_lead, $end_lead)
),

dated AS (
    -- The inverse of (1 - growth) t + growth t^2, so that the inflow grows evenly.
    SELECT
        lead_no,
        $n_days * (sqrt(pow(1 - $calendar_growth, 2) + 4 * $calendar_growth * share) - (1 - $calendar_growth)) / (2 * $calendar_growth) AS days
    FROM spread
),

timed AS (
    -- The part of a day becomes an hour between 9 and 18 o'clock.
    SELECT
        lead_no,
        CAST($start_second + floor(days) * 86400 + 32400 + floor((days - floor(days)) * 32400) AS BIGINT) AS created_at
    FROM dated
),

drifted AS (
    SELECT
        lead_no,
        created_at,
        created_at >= $drift_start_second AND created_at < $drift_end_second AS is_drift
    FROM timed
    WHERE created_at <= $as_of_second
),

chosen AS (
    SELECT
        drifted.lead_no AS lead_no,
        drifted.created_at AS created_at,
        drifted.is_drift AS is_drift,
        source_choice.code AS source,
        industry_choice.code AS industry,
        department_choice.code AS department,
        title_choice.code AS job_title,
        region_choice.code AS region
    FROM drifted
    INNER JOIN choice AS source_choice
        ON source_choice.subject = 'source' AND source_choice.is_drift = drifted.is_drift
        AND source_choice.slot = pick(drifted.lead_no, 'source', 1000)
    INNER JOIN choice AS industry_choice
        ON industry_choice.subject = 'industry' AND industry_choice.is_drift = drifted.is_drift
        AND industry_choice.slot = pick(drifted.lead_no, 'industry', 1000)
    INNER JOIN choice AS department_choice
        ON department_choice.subject = 'department' AND department_choice.is_drift = drifted.is_drift
        AND department_choice.slot = pick(drifted.lead_no, 'department', 1000)
    INNER JOIN choice AS title_choice
        ON title_choice.subject = 'title' AND title_choice.is_drift = drifted.is_drift
        AND title_choice.slot = pick(drifted.lead_no, 'title', 1000)
    INNER JOIN choice AS region_choice
        ON region_choice.subject = 'region' AND region_choice.is_drift = drifted.is_drift
        AND region_choice.slot = pick(drifted.lead_no, 'region', 1000)
),

sized AS (
    SELECT
        lead_no,
        CAST(
            greatest(
                1,
                least(
                    200000,
                    floor(
                        exp(
                            $attributes_employees_log_median + CASE WHEN is_drift THEN $drift_employees_log_shift ELSE 0 END
                            + $attributes_employees_log_sd * normal(lead_no, 'employees')
                        )
                    )
                )
            ) AS INTEGER
        ) AS employees,
        exp(
            $attributes_capital_per_employee_log_median + $attributes_capital_per_employee_log_sd * normal(lead_no, 'capital')
        ) AS capital_per_employee
    FROM drifted
)

SELECT
    chosen.lead_no AS lead_no,
    'L' || lpad(CAST(chosen.lead_no AS VARCHAR), 7, '0') AS lead_id,
    chosen.created_at AS created_at,
    chosen.source AS source,
    source.effect AS source_effect,
    source.first_type_no AS first_type_no,
    source.is_inbound AS is_inbound,
    source.is_online AS is_online,
    chosen.source = 'sales_generated' AS is_sales_generated,
    campaign.name AS campaign,
    CASE
        WHEN uniform(chosen.lead_no, 'company form') < 0.6 THEN '株式会社' || name_place.name || name_stem.name || name_tail.name
        ELSE name_place.name || name_stem.name || name_tail.name || '株式会社'
    END AS company,
    chosen.industry AS industry,
    sized.employees AS employees,
    -- Capital is stated in round sums, and never under a million yen.
    CAST(greatest(1000000, round(sized.employees * sized.capital_per_employee / 1000000) * 1000000) AS BIGINT) AS capital_yen,
    chosen.department AS department,
    chosen.job_title AS job_title,
    title.seniority AS seniority,
    chosen.region AS region,
    owner.name AS owner
FROM chosen
INNER JOIN sized ON chosen.lead_no = sized.lead_no
INNER JOIN source ON chosen.source = source.code
INNER JOIN title ON chosen.job_title = title.code
INNER JOIN campaign ON chosen.source = campaign.subject AND campaign.item_no = pick(chosen.lead_no, 'campaign', campaign.n_items)
INNER JOIN owner ON chosen.region = owner.subject AND owner.item_no = pick(chosen.lead_no, 'owner', owner.n_items)
INNER JOIN name_tail
    ON chosen.industry = name_tail.subject AND name_tail.item_no = pick(chosen.lead_no, 'company tail', name_tail.n_items)
INNER JOIN name_stem ON name_stem.item_no = pick(chosen.lead_no, 'company stem', name_stem.n_items)
INNER JOIN name_place ON name_place.item_no = pick(chosen.lead_no, 'company place', name_place.n_items)
ORDER BY chosen.lead_no;
