-- Leads at an age of $landmark_days days, whatever became of them: the moments of decided_landmark.sql.
-- Reads:   prep.leads
-- Returns: one row per lead in the chosen period and sources that is old enough at $as_of.
SELECT
    prep.leads.lead_no AS lead_no,
    prep.leads.created_at + INTERVAL '1' DAY * $landmark_days AS decided_at,
    prep.leads.created_at AS created_at
FROM prep.leads
WHERE
    prep.leads.created_at + INTERVAL '1' DAY * $landmark_days <= $as_of
    AND prep.leads.created_at + INTERVAL '1' DAY * $landmark_days >= $starts_at
    AND prep.leads.created_at + INTERVAL '1' DAY * $landmark_days < $ends_at
    AND (
        LEN(CAST($sources AS VARCHAR[])) = 0
        OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(prep.leads.source, ''))
    )
