-- How often each rule fired at each decision.
--
-- A count per rule would need a row per decision and rule. Instead the counts of
-- many rules lie side by side in one whole number, each in bits of its own that are
-- wide enough never to spill over: adding such numbers adds all counts at once.
-- `touch_rules` and `value_rules` say what one touch, or one value of an attribute, adds.
--
-- Reads:   decisions, moment_touches, moment_values; touch_rules, value_rules (the ruleset)
-- Returns: one row per decision with the packed counts word_0 and word_1.
WITH additions AS (
    SELECT
        moment_touches.moment_no AS moment_no,
        touch_rules.word_0 AS word_0,
        touch_rules.word_1 AS word_1
    FROM moment_touches
    INNER JOIN touch_rules
        ON moment_touches.type_no = touch_rules.type_no
        AND moment_touches.age_days < touch_rules.before_days
        AND moment_touches.nth_of_type < touch_rules.n_of_type
        AND moment_touches.nth_of_kind < touch_rules.n_of_kind
    UNION ALL
    SELECT
        moment_values.moment_no AS moment_no,
        value_rules.word_0 AS word_0,
        value_rules.word_1 AS word_1
    FROM moment_values
    INNER JOIN value_rules ON moment_values.value_no = value_rules.value_no
),

counts AS (
    SELECT
        additions.moment_no AS moment_no,
        SUM(additions.word_0) AS word_0,
        SUM(additions.word_1) AS word_1
    FROM additions
    GROUP BY additions.moment_no
)

SELECT
    decisions.moment_no AS moment_no,
    decisions.lead_no AS lead_no,
    decisions.pass_no AS pass_no,
    decisions.decided_at AS decided_at,
    decisions.outcome_no AS outcome_no,
    CAST(COALESCE(counts.word_0, 0) AS BIGINT) AS word_0,
    CAST(COALESCE(counts.word_1, 0) AS BIGINT) AS word_1
FROM decisions
LEFT JOIN counts ON decisions.moment_no = counts.moment_no
