-- What attribute values add to the count of any rule; see touch_cells.sql.
-- Reads:   moment_values; value_rules (the ruleset)
-- Returns: one row per attribute value that some rule asks for.
SELECT
    moment_values.moment_no AS moment_no,
    value_rules.cell AS cell
FROM moment_values
INNER JOIN value_rules ON moment_values.value_no = value_rules.value_no
