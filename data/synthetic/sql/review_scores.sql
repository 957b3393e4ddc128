-- How often each rule holds for each lead at each review, from what was known and had
-- happened by then; and what that is worth: in today's points, in truth, to sales.
-- Sums are of whole numbers, so that the order of adding cannot matter.
-- Reads:  review, touch, known, rule, type_rule, attribute_rule
-- Builds: reviewed
CREATE OR REPLACE TEMP TABLE reviewed AS
WITH touch_hit AS (
    SELECT
        review.lead_no AS lead_no,
        review.review_no AS review_no,
        type_rule.rule_no AS rule_no,
        least(count(*), any_value(type_rule.cap)) AS multiplicity
    FROM review
    INNER JOIN touch ON review.lead_no = touch.lead_no AND touch."at" <= review."at"
    INNER JOIN type_rule ON touch.type_no = type_rule.type_no AND touch."at" > review."at" - type_rule.window_seconds
    GROUP BY review.lead_no, review.review_no, type_rule.rule_no
),

latest AS (
    SELECT
        review.lead_no AS lead_no,
        review.review_no AS review_no,
        known.field AS field,
        arg_max(known.value, known.known_at) AS value
    FROM review
    INNER JOIN known ON review.lead_no = known.lead_no AND known.known_at <= review."at"
    GROUP BY review.lead_no, review.review_no, known.field
),

attribute_hit AS (
    SELECT
        latest.lead_no AS lead_no,
        latest.review_no AS review_no,
        attribute_rule.rule_no AS rule_no,
        1 AS multiplicity
    FROM latest
    INNER JOIN attribute_rule
        ON latest.field = attribute_rule.field
        AND (
            latest.value = attribute_rule.value
            OR (
                attribute_rule.value IS NULL
                AND try_cast(latest.value AS BIGINT) BETWEEN attribute_rule.minimum AND attribute_rule.maximum
            )
        )
),

hit AS (
    SELECT lead_no, review_no, rule_no, multiplicity FROM touch_hit
    UNION ALL
    SELECT lead_no, review_no, rule_no, multiplicity FROM attribute_hit
),

summed AS (
    SELECT
        hit.lead_no AS lead_no,
        hit.review_no AS review_no,
        sum(hit.multiplicity * rule.points) AS points,
        sum(hit.multiplicity * rule.true_points) AS true_points,
        sum(hit.multiplicity * rule.belief_points) AS belief_points,
        sum(CASE WHEN rule.axis = 'fit' THEN hit.multiplicity * rule.true_points ELSE 0 END) AS true_fit,
        bool_or(rule.rule_id = 'white_paper') AS has_white_paper,
        bool_or(rule.rule_id IN ('inquiry', 'price_inquiry', 'trial_request', 'seminar')) AS has_interest
    FROM hit
    INNER JOIN rule ON hit.rule_no = rule.rule_no
    GROUP BY hit.lead_no, hit.review_no
)

SELECT
    review.lead_no AS lead_no,
    review.pass_no AS pass_no,
    review.review_no AS review_no,
    review."at" AS "at",
    CAST(coalesce(summed.points, 0) AS INTEGER) AS points,
    CAST(coalesce(summed.true_points, 0) AS INTEGER) AS true_points,
    CAST(coalesce(summed.belief_points, 0) AS INTEGER) AS belief_points,
    CAST(coalesce(summed.true_fit, 0) AS INTEGER) AS true_fit,
    coalesce(summed.has_white_paper AND NOT summed.has_interest, FALSE) AS is_white_paper_only
FROM review
LEFT JOIN summed ON review.lead_no = summed.lead_no AND review.review_no = summed.review_no;
