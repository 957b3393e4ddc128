-- Who is handed over: the score decides, but for sales-generated leads, leads that sales
-- ask for, and a few at random. Nothing here knows how the lead will end, so what was
-- handed over is a fair sample given the multiplicities of the rules.
-- Reads:  reviewed, lead
-- Builds: decision; adds to mql and reviewed_all
CREATE OR REPLACE TEMP TABLE decision AS
WITH drawn AS (
    SELECT
        reviewed.lead_no AS lead_no,
        reviewed.pass_no AS pass_no,
        reviewed.review_no AS review_no,
        reviewed."at" AS "at",
        reviewed.points AS points,
        reviewed.true_points AS true_points,
        reviewed.belief_points AS belief_points,
        reviewed.is_white_paper_only AS is_white_paper_only,
        lead.is_sales_generated AS is_sales_generated,
        lead.source_effect AS source_effect,
        reviewed.lead_no * 64 + reviewed.pass_no * 8 + reviewed.review_no AS entity
    FROM reviewed
    INNER JOIN lead ON reviewed.lead_no = lead.lead_no
),

explained AS (
    SELECT
        lead_no,
        pass_no,
        review_no,
        "at",
        points,
        true_points,
        belief_points,
        is_white_paper_only,
        is_sales_generated,
        source_effect,
        CASE
            WHEN is_sales_generated THEN 'sales_generated'
            WHEN points >= $selection_threshold AND uniform(entity, 'held') >= $selection_p_held THEN 'threshold'
            WHEN points >= $selection_threshold THEN NULL
            WHEN belief_points >= $selection_override_beliefs AND uniform(entity, 'override') < $selection_p_override THEN 'override'
            WHEN uniform(entity, 'random handoff') < $selection_p_random THEN 'random'
        END AS how
    FROM drawn
)

SELECT
    lead_no AS lead_no,
    pass_no AS pass_no,
    review_no AS review_no,
    "at" AS "at",
    points AS points,
    true_points AS true_points,
    belief_points AS belief_points,
    is_white_paper_only AS is_white_paper_only,
    is_sales_generated AS is_sales_generated,
    source_effect AS source_effect,
    how AS how
FROM explained
WHERE how IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY lead_no ORDER BY review_no) = 1;

-- A marketing-qualified lead reached the threshold, whether or not it was then handed over.
INSERT INTO mql
SELECT
    reviewed.lead_no AS lead_no,
    any_value(reviewed.pass_no) AS pass_no,
    min(reviewed."at") AS "at"
FROM reviewed
INNER JOIN lead ON reviewed.lead_no = lead.lead_no
LEFT JOIN decision ON reviewed.lead_no = decision.lead_no
WHERE
    reviewed.points >= $selection_threshold
    AND NOT lead.is_sales_generated
    AND (decision."at" IS NULL OR reviewed."at" <= decision."at")
GROUP BY reviewed.lead_no;

-- Reviews that took place, for the vendor's score.
INSERT INTO reviewed_all
SELECT
    reviewed.lead_no AS lead_no,
    reviewed."at" AS "at",
    reviewed.true_fit AS true_fit,
    reviewed.true_points - reviewed.true_fit AS true_engagement
FROM reviewed
LEFT JOIN decision ON reviewed.lead_no = decision.lead_no
WHERE decision."at" IS NULL OR reviewed."at" <= decision."at";
