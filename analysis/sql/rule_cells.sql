-- What adds to the count of any rule: touches by their type and age, and attribute values.
--
-- Those that add the same lie in one cell: `touch_rules` and `value_rules` name it, once
-- per type of touch and per value, and a touch that no window asks for any more lies in
-- the last cell of its type. What the rows of a moment add is summed up outside the
-- engine, because the rows come nearly in the order of the moments, and a grouping by a
-- million moments would not make use of that.
--
-- Reads:   moment_touches, moment_values; touch_rules, value_rules (the ruleset)
-- Returns: one row per touch, and per value, that some rule asks for.
SELECT
    moment_touches.moment_no AS moment_no,
    touch_rules.first_cell + LEAST(moment_touches.age_days, touch_rules.oldest_days) AS cell
FROM moment_touches
INNER JOIN touch_rules ON moment_touches.type_no = touch_rules.type_no
UNION ALL
SELECT
    moment_values.moment_no AS moment_no,
    value_rules.cell AS cell
FROM moment_values
INNER JOIN value_rules ON moment_values.value_no = value_rules.value_no
