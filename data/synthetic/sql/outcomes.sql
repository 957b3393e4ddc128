-- What becomes of a handoff. One draw decides how far the lead gets: it is won below the
-- probability of winning, accepted below the probability of acceptance. So both are
-- exactly logistic in the rules, and (as a rule) only accepted leads are won.
-- Reads:  decision, lead
-- Adds to: handed, opt_out
INSERT INTO handed
WITH drawn AS (
    SELECT
        decision.lead_no AS lead_no,
        decision.pass_no AS pass_no,
        decision.lead_no * 8 + decision.pass_no AS entity,
        decision."at" AS handed_off_at,
        decision.how AS how,
        decision.is_sales_generated AS is_sales_generated,
        decision.is_white_paper_only AS is_white_paper_only,
        decision.belief_points AS belief_points,
        $win_intercept + $win_scale * decision.true_points + decision.source_effect
            + CASE WHEN lead.owner = $rep_name THEN $rep_effect ELSE 0 END AS quiet_log_odds,
        CASE WHEN decision."at" >= $market_start_second THEN $market_effect ELSE 0 END AS market_effect,
        CASE
            WHEN uniform(decision.lead_no * 8 + decision.pass_no, 'no contact') < $handling_p_none THEN 'none'
            WHEN
                uniform(decision.lead_no * 8 + decision.pass_no, 'late')
                < CASE WHEN lead.region = $handling_late_region THEN $handling_p_late_region ELSE $handling_p_late END
                THEN 'late'
            ELSE 'on_time'
        END AS handling,
        CASE handling WHEN 'late' THEN $handling_late_effect WHEN 'none' THEN $handling_none_effect ELSE 0 END AS handling_effect
    FROM decision
    INNER JOIN lead ON decision.lead_no = lead.lead_no
),

likely AS (
    SELECT
        lead_no,
        pass_no,
        entity,
        handed_off_at,
        how,
        is_sales_generated,
        is_white_paper_only,
        handling,
        uniform(entity, 'outcome') AS fate,
        logistic(quiet_log_odds + market_effect) AS p_won_on_time,
        logistic(quiet_log_odds + handling_effect) AS p_won_in_quiet,
        logistic(quiet_log_odds + handling_effect + market_effect) AS p_won,
        CASE
            WHEN is_sales_generated THEN 1
            ELSE logistic($accept_intercept + $accept_scale * belief_points)
        END AS p_accepted
    FROM drawn
),

fated AS (
    SELECT
        lead_no,
        pass_no,
        entity,
        handed_off_at,
        how,
        is_sales_generated,
        is_white_paper_only,
        handling,
        fate < p_won AS is_won,
        fate < p_accepted AS is_accepted,
        handling = 'late' AND fate >= p_won AND fate < p_won_on_time AS is_lost_to_lateness,
        fate >= p_won AND fate < p_won_in_quiet AS is_lost_to_market,
        fate < p_won
        OR (
            handling <> 'none' AND fate < p_accepted
            AND fate < p_won_on_time + $accept_opportunity_share * greatest(p_accepted - p_won_on_time, 0)
        ) AS is_opportunity,
        fate < p_won
        OR (
            handling <> 'none' AND fate < p_accepted
            AND fate < p_won_on_time + $accept_qualified_share * greatest(p_accepted - p_won_on_time, 0)
        ) AS is_qualified
    FROM likely
),

routed AS (
    SELECT
        lead_no,
        pass_no,
        entity,
        handed_off_at,
        how,
        is_sales_generated,
        is_white_paper_only,
        handling,
        is_won,
        is_accepted,
        is_lost_to_lateness,
        is_lost_to_market,
        is_opportunity,
        is_qualified,
        CASE
            WHEN is_sales_generated THEN 'sales_generated'
            -- Refused by field sales and won all the same: inside sales did it alone.
            WHEN is_won AND NOT is_accepted THEN 'tql_closed'
            WHEN pick(entity, 'route', 1000) < $routes_direct THEN 'direct'
            WHEN pick(entity, 'route', 1000) < $routes_direct + $routes_tql_passed THEN 'tql_passed'
            ELSE 'tql_closed'
        END AS route,
        CASE handling
            WHEN 'on_time' THEN
                office_time(
                    handed_off_at + 1800 + CAST(floor(79200 * pow(uniform(entity, 'contact'), 2)) AS BIGINT),
                    uniform(entity, 'contact hour')
                )
            WHEN 'late' THEN
                office_time(
                    handed_off_at + CAST(floor(86400 * (4.2 + 6.8 * uniform(entity, 'contact'))) AS BIGINT),
                    uniform(entity, 'contact hour')
                )
        END AS first_contact_at,
        office_time(
            handed_off_at + CAST(
                floor(
                    86400 * CASE
                        WHEN is_won THEN
                            $win_lag_minimum_days
                            + duration(uniform(entity, 'win lag'), $win_lag_median_days, $win_lag_shape, $win_lag_maximum_days)
                        ELSE
                            $lost_lag_minimum_days
                            + duration(uniform(entity, 'lost lag'), $lost_lag_median_days, $lost_lag_shape, $lost_lag_maximum_days)
                    END
                ) AS BIGINT
            ),
            uniform(entity, 'close hour')
        ) AS closed_at
    FROM fated
),

anchored AS (
    SELECT
        lead_no,
        pass_no,
        entity,
        handed_off_at,
        how,
        is_sales_generated,
        is_white_paper_only,
        handling,
        is_won,
        is_accepted,
        is_lost_to_lateness,
        is_lost_to_market,
        is_opportunity,
        is_qualified,
        route,
        first_contact_at,
        coalesce(first_contact_at, handed_off_at + 2 * 86400) AS begun_at,
        closed_at
    FROM routed
),

answered AS (
    SELECT
        lead_no,
        pass_no,
        entity,
        handed_off_at,
        how,
        is_sales_generated,
        is_white_paper_only,
        handling,
        is_won,
        is_accepted,
        is_lost_to_lateness,
        is_lost_to_market,
        is_opportunity,
        is_qualified,
        route,
        first_contact_at,
        begun_at,
        closed_at,
        office_time(
            begun_at + CASE
                WHEN handling = 'none' AND NOT is_accepted
                    THEN CAST(86400 * (8 + 15 * uniform(entity, 'answer')) AS BIGINT)
                ELSE CAST(floor(0.15 * least(closed_at - begun_at, 20 * 86400) * uniform(entity, 'answer')) AS BIGINT)
            END,
            uniform(entity, 'answer hour')
        ) AS responded_at,
        -- In the middle, and past two thirds, of the time from the first contact to the end.
        tokyo_hour(
            tokyo_day(begun_at + CAST((closed_at - begun_at) * (0.5 + 0.1 * uniform(entity, 'qualified')) AS BIGINT)), 10
        ) AS qualified_at,
        tokyo_hour(
            tokyo_day(begun_at + CAST((closed_at - begun_at) * (0.7 + 0.15 * uniform(entity, 'opened')) AS BIGINT)), 11
        ) AS opened_at
    FROM anchored
)

SELECT
    lead_no AS lead_no,
    pass_no AS pass_no,
    entity AS entity,
    handed_off_at AS handed_off_at,
    how AS how,
    is_sales_generated AS is_sales_generated,
    is_white_paper_only AS is_white_paper_only,
    handling AS handling,
    is_won AS is_won,
    is_accepted AS is_accepted,
    is_lost_to_lateness AS is_lost_to_lateness,
    is_lost_to_market AS is_lost_to_market,
    is_opportunity AS is_opportunity,
    is_qualified AS is_qualified,
    route AS route,
    first_contact_at AS first_contact_at,
    begun_at AS begun_at,
    responded_at AS responded_at,
    qualified_at AS qualified_at,
    opened_at AS opened_at,
    closed_at AS closed_at,
    CASE WHEN is_accepted OR is_won THEN closed_at ELSE responded_at END AS settled_at
FROM answered;

-- A call too early annoys most those who only wanted to read.
INSERT INTO opt_out
WITH called AS (
    SELECT
        lead_no,
        entity,
        first_contact_at,
        CASE
            WHEN is_white_paper_only AND first_contact_at <= handed_off_at + 3600 * $handling_early_within_hours THEN $opt_out_p_white_paper_early
            WHEN is_white_paper_only THEN $opt_out_p_white_paper_later
            WHEN first_contact_at <= handed_off_at + 3600 * $handling_early_within_hours THEN $opt_out_p_other_early
            ELSE $opt_out_p_other_later
        END AS p_opt_out
    FROM handed
    WHERE pass_no = $pass_no AND first_contact_at IS NOT NULL AND NOT is_opportunity
)

SELECT
    lead_no AS lead_no,
    first_contact_at + 600 + CAST(floor(10 * 86400 * pow(uniform(entity, 'opt-out time'), 2)) AS BIGINT) AS "at",
    CASE WHEN uniform(entity, 'opt-out channel') < 0.6 THEN 'call' ELSE 'all' END AS channel
FROM called
WHERE uniform(entity, 'opt-out') < p_opt_out;
