-- The values that handoffs can be told apart by, with a number for each.
-- Reads:   prep.handoffs, prep.leads
-- Returns: one row per dimension (source, region, owner, from_department, to_department, reason) and value
--          (empty text: unknown, always there): dimension, code (from 0 within the dimension), label. An answer
--          that comes after $as_of brings no reason.
WITH handed AS (
    SELECT
        COALESCE(prep.leads.source, '') AS source,
        COALESCE(prep.leads.region, '') AS region,
        COALESCE(prep.leads."owner", '') AS "owner",
        COALESCE(prep.handoffs.from_department, '') AS from_department,
        COALESCE(prep.handoffs.to_department, '') AS to_department,
        CASE
            WHEN prep.handoffs.response = 'rejected' AND COALESCE(prep.handoffs.responded_at, prep.handoffs.handed_off_at) <= $as_of
                THEN COALESCE(TRIM(prep.handoffs.reason_code), '')
            ELSE ''
        END AS reason
    FROM prep.handoffs
    INNER JOIN prep.leads ON prep.handoffs.lead_no = prep.leads.lead_no
    WHERE prep.handoffs.handed_off_at <= $as_of
),

found AS (
    SELECT DISTINCT
        'source' AS dimension,
        source AS label
    FROM handed
    UNION
    SELECT DISTINCT
        'region' AS dimension,
        region AS label
    FROM handed
    UNION
    SELECT DISTINCT
        'owner' AS dimension,
        "owner" AS label
    FROM handed
    UNION
    SELECT DISTINCT
        'from_department' AS dimension,
        from_department AS label
    FROM handed
    UNION
    SELECT DISTINCT
        'to_department' AS dimension,
        to_department AS label
    FROM handed
    UNION
    SELECT DISTINCT
        'reason' AS dimension,
        reason AS label
    FROM handed
    UNION
    SELECT
        UNNEST(['source', 'region', 'owner', 'from_department', 'to_department', 'reason']) AS dimension,
        '' AS label
)

SELECT
    dimension AS dimension,
    CAST(ROW_NUMBER() OVER (PARTITION BY dimension ORDER BY label) - 1 AS INTEGER) AS code,
    label AS label
FROM found
ORDER BY dimension, code
