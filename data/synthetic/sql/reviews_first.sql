-- When marketing looks at the score of a lead for the first pass: three times at most.
-- What sales find themselves (sales-generated leads) goes to sales within the hour.
-- Reads:  lead, review_plan
-- Builds: review(lead_no, pass_no, review_no, at)
CREATE OR REPLACE TEMP TABLE review AS
WITH planned AS (
    SELECT
        lead.lead_no AS lead_no,
        review_plan.review_no AS review_no,
        lead.created_at + CAST(
            86400 * (
                review_plan.first_day + (review_plan.last_day - review_plan.first_day)
                * uniform(lead.lead_no * 8 + review_plan.review_no, 'review')
            ) AS BIGINT
        ) AS due_at
    FROM lead
    CROSS JOIN review_plan
    WHERE NOT lead.is_sales_generated
    UNION ALL
    SELECT
        lead_no AS lead_no,
        1 AS review_no,
        created_at + 3600 AS due_at
    FROM lead
    WHERE is_sales_generated
),

timed AS (
    SELECT
        lead_no,
        review_no,
        office_time(due_at, uniform(lead_no * 8 + review_no, 'review hour')) AS "at"
    FROM planned
)

SELECT
    lead_no AS lead_no,
    1 AS pass_no,
    review_no AS review_no,
    "at" AS "at"
FROM timed
WHERE "at" <= $as_of_second;
