-- When each rule last came to apply to a lead: the latest touch it counts, or the latest
-- lead that came with, or was learned to have, a value it asks for.
-- Reads:   prep.touches, prep.lead_values, prep.fact_values, prep.leads;
--          fired_types(rule_no, type_no), fired_values(rule_no, value_no)
-- Returns: one row per rule that ever did: rule_no, last_fired_at.
WITH of_types AS (
    SELECT
        prep.touches.type_no AS type_no,
        MAX(prep.touches."at") AS fired_at
    FROM prep.touches
    WHERE prep.touches."at" <= $as_of
    GROUP BY prep.touches.type_no
),

of_values AS (
    SELECT
        prep.lead_values.value_no AS value_no,
        MAX(prep.leads.created_at) AS fired_at
    FROM prep.lead_values
    INNER JOIN prep.leads ON prep.lead_values.lead_no = prep.leads.lead_no
    WHERE prep.leads.created_at <= $as_of
    GROUP BY prep.lead_values.value_no
    UNION ALL
    SELECT
        prep.fact_values.value_no AS value_no,
        MAX(GREATEST(prep.fact_values.known_at, prep.leads.created_at)) AS fired_at
    FROM prep.fact_values
    INNER JOIN prep.leads ON prep.fact_values.lead_no = prep.leads.lead_no
    WHERE prep.fact_values.known_at <= $as_of AND prep.leads.created_at <= $as_of
    GROUP BY prep.fact_values.value_no
),

fired AS (
    SELECT
        fired_types.rule_no AS rule_no,
        of_types.fired_at AS fired_at
    FROM fired_types
    INNER JOIN of_types ON fired_types.type_no = of_types.type_no
    UNION ALL
    SELECT
        fired_values.rule_no AS rule_no,
        of_values.fired_at AS fired_at
    FROM fired_values
    INNER JOIN of_values ON fired_values.value_no = of_values.value_no
)

SELECT
    fired.rule_no AS rule_no,
    MAX(fired.fired_at) AS last_fired_at
FROM fired
GROUP BY fired.rule_no
