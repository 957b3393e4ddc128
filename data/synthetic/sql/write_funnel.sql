-- Stages, handoffs and deals, as far as they have come by the end of the data.
-- Reads:  handed, mql, nurtured, lead
-- Adds to: stage_events, handoffs, deals
INSERT INTO stage_events (lead_id, stage, entered_at, pass_no, actor, department, reason)
WITH entered AS (
    SELECT lead_no, pass_no, 'nurturing' AS stage, "at" AS entered_at, 'marketing' AS department,
        CASE WHEN pass_no > 1 THEN 'recycled' END AS reason
    FROM nurtured
    UNION ALL
    SELECT lead_no, pass_no, 'mql' AS stage, "at" AS entered_at, 'marketing' AS department, 'score' AS reason
    FROM mql
    UNION ALL
    -- Qualified by telephone: passed to field sales, or closed by inside sales alone.
    SELECT lead_no, pass_no, 'tql' AS stage, begun_at AS entered_at, 'inside_sales' AS department, route AS reason
    FROM handed
    WHERE route IN ('tql_passed', 'tql_closed') AND (is_accepted OR is_won)
    UNION ALL
    SELECT lead_no, pass_no, 'sal' AS stage, responded_at AS entered_at, 'sales' AS department, NULL AS reason
    FROM handed
    WHERE route IN ('direct', 'tql_passed') AND is_accepted
    UNION ALL
    SELECT lead_no, pass_no, 'sales_qualified' AS stage, qualified_at AS entered_at, 'sales' AS department, NULL AS reason
    FROM handed
    WHERE route IN ('direct', 'tql_passed') AND is_qualified
    UNION ALL
    -- Sales-generated: qualified from the start, never a lead of marketing.
    SELECT lead_no, pass_no, 'sales_qualified' AS stage, handed_off_at AS entered_at, 'sales' AS department, 'sgl' AS reason
    FROM handed
    WHERE route = 'sales_generated'
    UNION ALL
    SELECT lead_no, pass_no, 'opportunity' AS stage, opened_at AS entered_at,
        CASE WHEN route = 'tql_closed' THEN 'inside_sales' ELSE 'sales' END AS department, NULL AS reason
    FROM handed
    WHERE is_opportunity
    UNION ALL
    SELECT lead_no, pass_no, 'won' AS stage, closed_at AS entered_at,
        CASE WHEN route = 'tql_closed' THEN 'inside_sales' ELSE 'sales' END AS department, NULL AS reason
    FROM handed
    WHERE is_won
)

SELECT
    lead.lead_id AS lead_id,
    entered.stage AS stage,
    moment(entered.entered_at) AS entered_at,
    entered.pass_no AS pass_no,
    CASE entered.department WHEN 'sales' THEN lead.owner ELSE entered.department END AS actor,
    entered.department AS department,
    entered.reason AS reason
FROM entered
INNER JOIN lead ON entered.lead_no = lead.lead_no
WHERE entered.entered_at <= $as_of_second
ORDER BY entered.lead_no, entered.entered_at, entered.pass_no, entered.stage;

INSERT INTO handoffs (
    handoff_id, lead_id, pass_no, handed_off_at, from_department, to_department, responded_at, response, reason_code,
    first_contact_at
)
WITH reasoned AS (
    SELECT
        handed.lead_no AS lead_no,
        handed.pass_no AS pass_no,
        CASE
            WHEN handed.is_accepted THEN NULL
            WHEN handed.handling = 'none' THEN 'not_contacted'
            WHEN handed.is_white_paper_only THEN 'intent_research_only'
            WHEN lead.employees < 100 AND pick(handed.entity, 'reason', 100) < 50 THEN 'fit_too_small'
            WHEN lead.industry IN ('consulting', 'advertising') THEN 'fit_not_a_buyer'
            WHEN pick(handed.entity, 'reason', 100) < 65 THEN 'intent_no_project'
            WHEN pick(handed.entity, 'reason', 100) < 88 THEN 'timing_later'
            ELSE 'data_wrong_contact'
        END AS reason_code
    FROM handed
    INNER JOIN lead ON handed.lead_no = lead.lead_no
)

SELECT
    'H' || substr(lead.lead_id, 2) || '-' || CAST(handed.pass_no AS VARCHAR) AS handoff_id,
    lead.lead_id AS lead_id,
    handed.pass_no AS pass_no,
    moment(handed.handed_off_at) AS handed_off_at,
    CASE WHEN handed.is_sales_generated THEN 'sales' ELSE 'marketing' END AS from_department,
    CASE WHEN handed.route IN ('tql_passed', 'tql_closed') THEN 'inside_sales' ELSE 'field_sales' END AS to_department,
    CASE WHEN handed.responded_at <= $as_of_second THEN moment(handed.responded_at) END AS responded_at,
    CASE
        WHEN handed.responded_at > $as_of_second THEN NULL
        WHEN handed.is_accepted THEN 'accepted'
        ELSE 'rejected'
    END AS response,
    CASE WHEN handed.responded_at <= $as_of_second THEN reasoned.reason_code END AS reason_code,
    CASE WHEN handed.first_contact_at <= $as_of_second THEN moment(handed.first_contact_at) END AS first_contact_at
FROM handed
INNER JOIN lead ON handed.lead_no = lead.lead_no
INNER JOIN reasoned ON handed.lead_no = reasoned.lead_no AND handed.pass_no = reasoned.pass_no
ORDER BY handed.lead_no, handed.pass_no;

INSERT INTO deals (deal_id, lead_id, opened_at, closed_at, outcome, amount, lost_reason, closed_by)
WITH ended AS (
    SELECT
        handed.lead_no AS lead_no,
        handed.pass_no AS pass_no,
        handed.opened_at AS opened_at,
        handed.closed_at AS closed_at,
        handed.closed_at <= $as_of_second AS is_closed,
        handed.is_won AS is_won,
        handed.route = 'tql_closed' AS is_inside,
        -- Larger companies buy more; what inside sales closes alone is small.
        round(
            exp(14.3 + 0.35 * ln(lead.employees) + 0.7 * normal(handed.entity, 'amount'))
            * CASE WHEN handed.route = 'tql_closed' THEN 0.3 ELSE 1 END / 10000
        ) * 10000 + 10000 AS amount,
        CASE
            WHEN handed.is_won THEN NULL
            WHEN handed.is_lost_to_lateness AND uniform(handed.entity, 'late reason') < 0.8 THEN 'late_response'
            WHEN handed.is_lost_to_market THEN 'competitor'
            WHEN handed.handling = 'late' AND uniform(handed.entity, 'late reason') < 0.15 THEN 'late_response'
            WHEN pick(handed.entity, 'lost reason', 100) < 25 THEN 'budget'
            WHEN pick(handed.entity, 'lost reason', 100) < 52 THEN 'competitor'
            WHEN pick(handed.entity, 'lost reason', 100) < 72 THEN 'timing'
            WHEN pick(handed.entity, 'lost reason', 100) < 87 THEN 'no_need'
            ELSE 'no_decision'
        END AS lost_reason
    FROM handed
    INNER JOIN lead ON handed.lead_no = lead.lead_no
    WHERE handed.is_opportunity AND handed.opened_at <= $as_of_second
)

SELECT
    'D' || substr(lead.lead_id, 2) || '-' || CAST(ended.pass_no AS VARCHAR) AS deal_id,
    lead.lead_id AS lead_id,
    moment(ended.opened_at) AS opened_at,
    CASE WHEN ended.is_closed THEN moment(ended.closed_at) END AS closed_at,
    CASE
        WHEN NOT ended.is_closed THEN 'open'
        WHEN ended.is_won THEN 'won'
        ELSE 'lost'
    END AS outcome,
    CAST(ended.amount AS DECIMAL(18, 2)) AS amount,
    CASE WHEN ended.is_closed THEN ended.lost_reason END AS lost_reason,
    CASE
        WHEN NOT ended.is_closed THEN NULL
        WHEN ended.is_inside THEN 'inside_sales'
        ELSE 'field_sales'
    END AS closed_by
FROM ended
INNER JOIN lead ON ended.lead_no = lead.lead_no
ORDER BY ended.lead_no, ended.pass_no;
