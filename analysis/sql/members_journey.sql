-- Who reached a stage: the leads behind a bar of the funnel, in any mode, view and group.
-- Reads:   prep.journeys, prep.lead_labels; given with the question, of analysis/journeys.py:
--          arrivals(path_no, is_later_pass): the journeys whose last entry is the one that reached the stage
--          goers(path_no, is_later_pass): those that went on to the next stage; none when nobody asks for them
-- Returns: one row per journey: lead_no, pass_no (1 when $grain is 'lead'), reached_at.
-- The same definitions as journeys.sql. Every entry of prep.journeys has the path that led to it, so what
-- counts as reached is decided once per path, and not once per journey.
WITH known AS (
    SELECT
        lead_no AS lead_no,
        journey_no AS pass_no,
        journey_no > 1 AS is_later_pass,
        n_entries AS n_entries,
        code AS code,
        highest_before AS highest_before,
        entered_at AS entered_at,
        until_at AS until_at,
        path_no AS path_no
    FROM prep.journeys
    WHERE entered_at < $known_until AND CASE WHEN $grain = 'pass' THEN is_of_pass ELSE is_of_lead END
),

reached AS (
    SELECT known.lead_no AS lead_no, known.pass_no AS pass_no, known.entered_at AS reached_at
    FROM known
    SEMI JOIN arrivals ON known.path_no = arrivals.path_no AND known.is_later_pass = arrivals.is_later_pass
    -- Later entries are not looked at, and have the path of the fortieth.
    WHERE known.n_entries <= 40
),

gone_on AS (
    SELECT known.lead_no AS lead_no, known.pass_no AS pass_no
    FROM known
    SEMI JOIN goers ON known.path_no = goers.path_no AND known.is_later_pass = goers.is_later_pass
    WHERE known.until_at IS NULL OR known.until_at >= $known_until
),

-- In a cohort by the entry into the funnel, the first into the start stage or a later one.
placed AS (
    SELECT reached.lead_no AS lead_no, reached.pass_no AS pass_no, reached.reached_at AS reached_at
    FROM reached
    WHERE $view = 'period' AND reached.reached_at >= $starts_at AND reached.reached_at < $ends_at
    UNION ALL
    SELECT reached.lead_no AS lead_no, reached.pass_no AS pass_no, reached.reached_at AS reached_at
    FROM reached
    INNER JOIN known ON reached.lead_no = known.lead_no AND reached.pass_no = known.pass_no
    WHERE
        $view = 'cohort'
        AND known.code >= $start_code
        AND known.highest_before < $start_code
        AND known.entered_at >= $starts_at
        AND known.entered_at < $ends_at
),

-- Labels are looked up only when they are asked for.
labelled AS (
    SELECT
        lead_no AS lead_no,
        CASE
            WHEN $dimension <> 'origin' THEN label
            WHEN LIST_CONTAINS(CAST($sales_sources AS VARCHAR[]), COALESCE(source, '')) THEN 'sales'
            WHEN LIST_CONTAINS(CAST($tele_sources AS VARCHAR[]), COALESCE(source, '')) THEN 'telemarketing'
            WHEN known_at > $as_of THEN 'marketing'
            ELSE label
        END AS label
    FROM prep.lead_labels
    WHERE
        dimension = $dimension
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(source, ''))
        )
),

asked AS (
    SELECT placed.lead_no AS lead_no, placed.pass_no AS pass_no, placed.reached_at AS reached_at
    FROM placed
    WHERE LEN(CAST($labels AS VARCHAR[])) = 0 AND LEN(CAST($sources AS VARCHAR[])) = 0
    UNION ALL
    SELECT placed.lead_no AS lead_no, placed.pass_no AS pass_no, placed.reached_at AS reached_at
    FROM placed
    INNER JOIN labelled ON placed.lead_no = labelled.lead_no
    WHERE
        (LEN(CAST($labels AS VARCHAR[])) > 0 OR LEN(CAST($sources AS VARCHAR[])) > 0)
        AND (
            LEN(CAST($labels AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($labels AS VARCHAR[]), labelled.label) <> $is_rest
        )
)

SELECT asked.lead_no AS lead_no, asked.pass_no AS pass_no, asked.reached_at AS reached_at
FROM asked
ANTI JOIN gone_on ON asked.lead_no = gone_on.lead_no AND asked.pass_no = gone_on.pass_no
