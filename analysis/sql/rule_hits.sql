-- How often each rule fired at each decision.
--
-- A count per rule would need a row per decision and rule. Instead the counts of
-- many rules lie side by side in one whole number, each in bits of its own that are
-- wide enough never to spill over: adding such numbers adds all counts at once.
-- `touch_rules` and `value_rules` say what one touch, or one value of an attribute, adds.
--
-- Reads:   decisions, moment_touches, prep.lead_values, prep.fact_values,
--          touch_rules, value_rules (the ruleset)
-- Returns: one row per decision with the packed counts word_0 ... word_3.
WITH touch_counts AS (
    SELECT
        moment_touches.moment_no AS moment_no,
        SUM(touch_rules.word_0) AS word_0,
        SUM(touch_rules.word_1) AS word_1,
        SUM(touch_rules.word_2) AS word_2,
        SUM(touch_rules.word_3) AS word_3
    FROM moment_touches
    INNER JOIN touch_rules
        ON moment_touches.type_no = touch_rules.type_no
        AND moment_touches.age_days < touch_rules.before_days
        AND moment_touches.nth_of_type < touch_rules.n_of_type
        AND moment_touches.nth_of_kind < touch_rules.n_of_kind
    GROUP BY moment_touches.moment_no
),

-- Attributes known from the beginning ...
steady_counts AS (
    SELECT
        prep.lead_values.lead_no AS lead_no,
        SUM(value_rules.word_0) AS word_0,
        SUM(value_rules.word_1) AS word_1,
        SUM(value_rules.word_2) AS word_2,
        SUM(value_rules.word_3) AS word_3
    FROM prep.lead_values
    INNER JOIN value_rules ON prep.lead_values.value_no = value_rules.value_no
    GROUP BY prep.lead_values.lead_no
),

-- ... and those that became known: what was believed at the decision.
dated_counts AS (
    SELECT
        decisions.moment_no AS moment_no,
        SUM(value_rules.word_0) AS word_0,
        SUM(value_rules.word_1) AS word_1,
        SUM(value_rules.word_2) AS word_2,
        SUM(value_rules.word_3) AS word_3
    FROM prep.fact_values
    INNER JOIN value_rules ON prep.fact_values.value_no = value_rules.value_no
    INNER JOIN decisions
        ON prep.fact_values.lead_no = decisions.lead_no
        AND prep.fact_values.known_at <= decisions.decided_at
        AND (prep.fact_values.until_at IS NULL OR prep.fact_values.until_at > decisions.decided_at)
    GROUP BY decisions.moment_no
)

SELECT
    decisions.moment_no AS moment_no,
    decisions.lead_no AS lead_no,
    decisions.pass_no AS pass_no,
    decisions.decided_at AS decided_at,
    decisions.outcome_no AS outcome_no,
    CAST(COALESCE(touch_counts.word_0, 0) + COALESCE(steady_counts.word_0, 0) + COALESCE(dated_counts.word_0, 0) AS BIGINT) AS word_0,
    CAST(COALESCE(touch_counts.word_1, 0) + COALESCE(steady_counts.word_1, 0) + COALESCE(dated_counts.word_1, 0) AS BIGINT) AS word_1,
    CAST(COALESCE(touch_counts.word_2, 0) + COALESCE(steady_counts.word_2, 0) + COALESCE(dated_counts.word_2, 0) AS BIGINT) AS word_2,
    CAST(COALESCE(touch_counts.word_3, 0) + COALESCE(steady_counts.word_3, 0) + COALESCE(dated_counts.word_3, 0) AS BIGINT) AS word_3
FROM decisions
LEFT JOIN touch_counts ON decisions.moment_no = touch_counts.moment_no
LEFT JOIN steady_counts ON decisions.lead_no = steady_counts.lead_no
LEFT JOIN dated_counts ON decisions.moment_no = dated_counts.moment_no
