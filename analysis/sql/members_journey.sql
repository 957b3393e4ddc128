-- Who reached a stage: the leads behind a bar of the funnel, in any mode, view and group.
-- Reads:   prep.journeys, prep.lead_labels, steps(code, next_code) given with the question
-- Returns: one row per journey: lead_no, pass_no (1 when $grain is 'lead'), reached_at.
-- The same definitions as journeys.sql, as moments instead of orders: see analysis/journeys.py. A journey with
-- $next_code did not go on to that stage; 0 asks for all that reached $stage_code.
WITH RECURSIVE journeys AS (
    SELECT
        lead_no AS lead_no,
        journey_no AS pass_no,
        code AS code,
        highest_before AS highest_before,
        entered_at AS entered_at
    FROM prep.journeys
    WHERE
        entered_at < $known_until
        AND n_entries <= 40
        AND CASE WHEN $grain = 'pass' THEN is_of_pass ELSE is_of_lead END
),

-- A recycled pass begins in the first stage, with its first entry.
known AS (
    SELECT lead_no AS lead_no, pass_no AS pass_no, code AS code, entered_at AS entered_at
    FROM journeys
    UNION ALL
    SELECT lead_no AS lead_no, pass_no AS pass_no, 1 AS code, entered_at AS entered_at
    FROM journeys
    WHERE pass_no > 1 AND highest_before = 0
),

-- When each journey entered the funnel, and its start stage.
starts AS (
    SELECT
        lead_no AS lead_no,
        pass_no AS pass_no,
        MIN(CASE WHEN code >= $start_code THEN entered_at END) AS entered_at,
        MIN(CASE WHEN code = $start_code THEN entered_at END) AS started_at
    FROM known
    GROUP BY lead_no, pass_no
),

-- Strict: entries that can be come to through every stage before, each at or after the one before.
chain AS (
    SELECT lead_no AS lead_no, pass_no AS pass_no, code AS code, entered_at AS entered_at
    FROM known
    WHERE $mode = 'strict' AND code = $start_code
    UNION
    SELECT known.lead_no AS lead_no, known.pass_no AS pass_no, known.code AS code, known.entered_at AS entered_at
    FROM chain
    INNER JOIN steps ON chain.code = steps.code
    INNER JOIN known
        ON
            chain.lead_no = known.lead_no
            AND chain.pass_no = known.pass_no
            AND steps.next_code = known.code
            AND chain.entered_at <= known.entered_at
),

reached AS (
    SELECT lead_no AS lead_no, pass_no AS pass_no, MIN(entered_at) AS reached_at
    FROM chain
    WHERE code = $stage_code
    GROUP BY lead_no, pass_no
    UNION ALL
    SELECT known.lead_no AS lead_no, known.pass_no AS pass_no, MIN(known.entered_at) AS reached_at
    FROM known
    INNER JOIN starts ON known.lead_no = starts.lead_no AND known.pass_no = starts.pass_no
    WHERE
        ($mode = 'implied' AND known.code >= $stage_code)
        OR ($mode = 'open' AND known.code = $stage_code)
        OR ($mode = 'ordered' AND known.code = $stage_code AND known.entered_at >= starts.started_at)
    GROUP BY known.lead_no, known.pass_no
),

gone_on AS (
    SELECT DISTINCT reached.lead_no AS lead_no, reached.pass_no AS pass_no
    FROM reached
    INNER JOIN known ON reached.lead_no = known.lead_no AND reached.pass_no = known.pass_no
    WHERE
        $next_code > 0
        AND known.entered_at >= reached.reached_at
        AND (known.code = $next_code OR ($mode = 'implied' AND known.code >= $next_code))
),

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
)

SELECT
    reached.lead_no AS lead_no,
    reached.pass_no AS pass_no,
    reached.reached_at AS reached_at
FROM reached
INNER JOIN starts ON reached.lead_no = starts.lead_no AND reached.pass_no = starts.pass_no
INNER JOIN labelled ON reached.lead_no = labelled.lead_no
LEFT JOIN gone_on ON reached.lead_no = gone_on.lead_no AND reached.pass_no = gone_on.pass_no
WHERE
    gone_on.lead_no IS NULL
    AND (
        ($view = 'cohort' AND starts.entered_at >= $starts_at AND starts.entered_at < $ends_at)
        OR ($view = 'period' AND reached.reached_at >= $starts_at AND reached.reached_at < $ends_at)
    )
    AND (
        LEN(CAST($labels AS VARCHAR[])) = 0
        OR LIST_CONTAINS(CAST($labels AS VARCHAR[]), labelled.label) <> $is_rest
    )
