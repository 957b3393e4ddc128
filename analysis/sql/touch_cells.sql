-- What touches add to the count of any rule, by their type and age.
--
-- Those that add the same lie in one cell: `touch_rules` names it once per type of touch,
-- and a touch that no window asks for any more lies in the last cell of its type. What the
-- rows of a moment add is summed up outside the engine, because the rows come nearly in the
-- order of the moments, and a grouping by a million moments would not make use of that.
--
-- Reads:   moment_touches; touch_rules (the ruleset)
-- Returns: one row per touch that some rule asks for.
SELECT
    moment_touches.moment_no AS moment_no,
    touch_rules.first_cell + LEAST(moment_touches.age_days, touch_rules.oldest_days) AS cell
FROM moment_touches
INNER JOIN touch_rules ON moment_touches.type_no = touch_rules.type_no
