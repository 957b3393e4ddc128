-- Attribute values known from the beginning that some rule asks for, with their cell; see value_cells.sql.
-- Reads:   prep.lead_values; value_rules (the ruleset)
-- Returns: one row per lead and attribute value.
SELECT
    prep.lead_values.lead_no AS lead_no,
    value_rules.cell AS cell
FROM prep.lead_values
INNER JOIN value_rules ON prep.lead_values.value_no = value_rules.value_no
