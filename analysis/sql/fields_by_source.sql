-- Of how many leads of each source the fields that rules ask for are known.
-- Reads:   prep.leads, prep.lead_values, prep.fact_values;
--          known_values(field, value_no): the values that say something
-- Returns: one row per source ('' when unknown) and field: source, field, n_leads, n_known.
WITH known AS (
    SELECT
        known_values.field AS field,
        prep.lead_values.lead_no AS lead_no
    FROM prep.lead_values
    INNER JOIN known_values ON prep.lead_values.value_no = known_values.value_no
    UNION
    SELECT
        known_values.field AS field,
        prep.fact_values.lead_no AS lead_no
    FROM prep.fact_values
    INNER JOIN known_values ON prep.fact_values.value_no = known_values.value_no
    WHERE
        prep.fact_values.known_at <= $as_of
        AND (prep.fact_values.until_at IS NULL OR prep.fact_values.until_at > $as_of)
),

sources AS (
    SELECT
        COALESCE(prep.leads.source, '') AS source,
        COUNT(*) AS n_leads
    FROM prep.leads
    WHERE prep.leads.created_at <= $as_of
    GROUP BY COALESCE(prep.leads.source, '')
),

fields AS (
    SELECT DISTINCT wanted_fields.field AS field FROM wanted_fields
),

counts AS (
    SELECT
        known.field AS field,
        COALESCE(prep.leads.source, '') AS source,
        COUNT(*) AS n_known
    FROM known
    INNER JOIN prep.leads ON known.lead_no = prep.leads.lead_no
    WHERE prep.leads.created_at <= $as_of
    GROUP BY known.field, COALESCE(prep.leads.source, '')
)

SELECT
    sources.source AS source,
    fields.field AS field,
    sources.n_leads AS n_leads,
    COALESCE(counts.n_known, 0) AS n_known
FROM sources
CROSS JOIN fields
LEFT JOIN counts ON fields.field = counts.field AND sources.source = counts.source
ORDER BY sources.n_leads DESC NULLS LAST, sources.source NULLS LAST, fields.field NULLS LAST
