-- On which day how many leads first came to a stage or further: what happened, whoever it happened to.
-- Reads:   prep.leads, prep.stage_entries, stages
-- Returns: one row per stage and day of the period: position, reached_on (UTC day), n.
--          A record dated before its lead counts as made with the lead.
WITH reached AS (
    SELECT
        prep.stage_entries.lead_no AS lead_no,
        stages.position AS position,
        MIN(GREATEST(prep.stage_entries.first_entered_at, prep.leads.created_at)) AS reached_at
    FROM prep.stage_entries
    INNER JOIN prep.leads ON prep.stage_entries.lead_no = prep.leads.lead_no
    INNER JOIN stages ON prep.stage_entries.position >= stages.position
    WHERE
        prep.stage_entries.first_entered_at <= $as_of
        AND prep.leads.created_at <= $as_of
        AND stages.position IN (SELECT position FROM asked)
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(prep.leads.source, ''))
        )
    GROUP BY prep.stage_entries.lead_no, stages.position
)

SELECT
    position AS position,
    CAST(DATE_TRUNC('day', reached_at) AS TIMESTAMP) AS reached_on,
    COUNT(*) AS n
FROM reached
WHERE reached_at >= $starts_at AND reached_at < $ends_at
GROUP BY position, CAST(DATE_TRUNC('day', reached_at) AS TIMESTAMP)
