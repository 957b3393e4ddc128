-- Attribute values that some rule asks for, with their cell and the time in which each was believed.
-- Reads:   prep.fact_values; value_rules (the ruleset)
-- Returns: one row per lead and dated attribute value; the last one ends in the year 9999.
SELECT
    prep.fact_values.lead_no AS lead_no,
    value_rules.cell AS cell,
    prep.fact_values.known_at AS known_at,
    COALESCE(prep.fact_values.until_at, TIMESTAMP '9999-12-31') AS until_at
FROM prep.fact_values
INNER JOIN value_rules ON prep.fact_values.value_no = value_rules.value_no
