-- The attributes, answers and opt-outs of one lead, each in the time in which it was believed.
-- Reads:   prep.lead_values, prep.fact_values, prep.attribute_values
-- Returns: one row per value; known_at is NULL when it was known from the beginning.
WITH known AS (
    SELECT
        prep.lead_values.value_no AS value_no,
        CAST(NULL AS TIMESTAMP) AS known_at,
        CAST(NULL AS TIMESTAMP) AS until_at
    FROM prep.lead_values
    WHERE prep.lead_values.lead_no = $lead_no
    UNION ALL
    SELECT
        prep.fact_values.value_no AS value_no,
        prep.fact_values.known_at AS known_at,
        prep.fact_values.until_at AS until_at
    FROM prep.fact_values
    WHERE prep.fact_values.lead_no = $lead_no
)

SELECT
    prep.attribute_values.field AS field,
    prep.attribute_values.value AS value,
    prep.attribute_values.number AS number,
    known.known_at AS known_at,
    known.until_at AS until_at
FROM known
INNER JOIN prep.attribute_values ON known.value_no = prep.attribute_values.value_no
ORDER BY prep.attribute_values.field NULLS LAST, known.known_at NULLS FIRST, prep.attribute_values.value NULLS LAST
