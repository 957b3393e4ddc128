-- Who reached a stage: the leads behind a bar of the funnel, in any mode, view and group.
-- Reads:   prep.leads, stages, stage_events, deals, handoffs, steps(code, next_code) given with the question
-- Returns: one row per journey: lead_no, pass_no (1 when $grain is 'lead'), reached_at.
-- The same definitions as journeys.sql, as moments instead of orders: see analysis/journeys.py. A journey with
-- $next_code did not go on to that stage; 0 asks for all that reached $stage_code.
WITH RECURSIVE codes AS (
    SELECT
        stage AS stage,
        position AS position,
        department AS department,
        ROW_NUMBER() OVER (ORDER BY position) AS code
    FROM stages
),

cohort AS (
    SELECT
        lead_no AS lead_no,
        lead_id AS lead_id,
        created_at AS created_at,
        is_inbound AS is_inbound,
        source AS source,
        COALESCE(
            CASE $dimension
                WHEN 'source' THEN source
                WHEN 'campaign' THEN campaign
                WHEN 'industry' THEN industry
                WHEN 'region' THEN region
                WHEN 'seniority' THEN seniority
                WHEN 'owner' THEN owner
                WHEN 'is_inbound' THEN CAST(is_inbound AS VARCHAR)
                WHEN 'is_online' THEN CAST(is_online AS VARCHAR)
                WHEN 'all' THEN 'all'
            END,
            ''
        ) AS label
    FROM prep.leads
    WHERE
        created_at < $ends_at
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(source, ''))
        )
),

pass_starts AS (
    SELECT
        lead_id AS lead_id,
        pass_no AS pass_no,
        MIN(started_at) AS started_at
    FROM (
        SELECT lead_id AS lead_id, pass_no AS pass_no, entered_at AS started_at FROM stage_events WHERE pass_no > 1
        UNION ALL
        SELECT lead_id AS lead_id, pass_no AS pass_no, handed_off_at AS started_at FROM handoffs WHERE pass_no > 1
    ) AS later
    GROUP BY lead_id, pass_no
),

deal_entries AS (
    SELECT lead_id AS lead_id, 'opportunity' AS stage, opened_at AS entered_at
    FROM deals
    WHERE opened_at IS NOT NULL
    UNION ALL
    SELECT lead_id AS lead_id, 'won' AS stage, closed_at AS entered_at
    FROM deals
    WHERE outcome = 'won' AND closed_at IS NOT NULL
),

deal_passes AS (
    SELECT
        deal_entries.lead_id AS lead_id,
        deal_entries.stage AS stage,
        deal_entries.entered_at AS entered_at,
        COALESCE(MAX(pass_starts.pass_no), 1) AS pass_no
    FROM deal_entries
    LEFT JOIN pass_starts
        ON deal_entries.lead_id = pass_starts.lead_id AND deal_entries.entered_at >= pass_starts.started_at
    GROUP BY deal_entries.lead_id, deal_entries.stage, deal_entries.entered_at
),

records AS (
    SELECT lead_id AS lead_id, stage AS stage, entered_at AS entered_at, pass_no AS pass_no FROM stage_events
    UNION ALL
    SELECT lead_id AS lead_id, stage AS stage, entered_at AS entered_at, pass_no AS pass_no FROM deal_passes
),

recorded AS (
    SELECT
        cohort.lead_no AS lead_no,
        CASE WHEN $grain = 'pass' THEN records.pass_no ELSE 1 END AS pass_no,
        codes.code AS code,
        GREATEST(records.entered_at, cohort.created_at) AS entered_at
    FROM records
    INNER JOIN cohort ON records.lead_id = cohort.lead_id
    INNER JOIN codes ON records.stage = codes.stage
    WHERE records.entered_at <= $as_of
),

-- A recycled pass begins in the first stage, with its first entry.
entries AS (
    SELECT lead_no AS lead_no, 1 AS pass_no, 1 AS code, created_at AS entered_at FROM cohort
    UNION ALL
    SELECT lead_no AS lead_no, pass_no AS pass_no, 1 AS code, MIN(entered_at) AS entered_at
    FROM recorded
    WHERE pass_no > 1
    GROUP BY lead_no, pass_no
    UNION ALL
    SELECT lead_no AS lead_no, pass_no AS pass_no, code AS code, entered_at AS entered_at FROM recorded
),

known AS (
    SELECT lead_no AS lead_no, pass_no AS pass_no, code AS code, entered_at AS entered_at
    FROM entries
    WHERE $view = 'cohort' OR entered_at < $ends_at
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

-- The stage a lead came in at, for the three origins: see analysis/journey_funnel.py.
firsts AS (
    SELECT
        stage_events.lead_id AS lead_id,
        MIN(stage_events.entered_at) AS entered_at
    FROM stage_events
    INNER JOIN codes ON stage_events.stage = codes.stage
    WHERE $dimension = 'origin' AND codes.code > 1 AND stage_events.entered_at <= $as_of
    GROUP BY stage_events.lead_id
),

origins AS (
    SELECT
        cohort.lead_no AS lead_no,
        CASE
            WHEN MIN(codes.position) >= MIN(qualified.position) THEN 'sales'
            WHEN MIN(tele.position) = MIN(codes.position) AND MIN(COALESCE(CAST(cohort.is_inbound AS INTEGER), 0)) = 0
                THEN 'telemarketing'
            ELSE 'marketing'
        END AS origin
    FROM firsts
    INNER JOIN cohort ON firsts.lead_id = cohort.lead_id
    INNER JOIN stage_events ON firsts.lead_id = stage_events.lead_id AND firsts.entered_at = stage_events.entered_at
    INNER JOIN codes ON stage_events.stage = codes.stage AND codes.code > 1
    LEFT JOIN codes AS qualified ON qualified.stage = 'sales_qualified'
    LEFT JOIN codes AS tele ON tele.department = 'inside_sales' AND tele.position = codes.position
    GROUP BY cohort.lead_no
),

labelled AS (
    SELECT
        cohort.lead_no AS lead_no,
        CASE
            WHEN $dimension <> 'origin' THEN cohort.label
            WHEN LIST_CONTAINS(CAST($sales_sources AS VARCHAR[]), COALESCE(cohort.source, '')) THEN 'sales'
            WHEN LIST_CONTAINS(CAST($tele_sources AS VARCHAR[]), COALESCE(cohort.source, '')) THEN 'telemarketing'
            ELSE COALESCE(origins.origin, 'marketing')
        END AS label
    FROM cohort
    LEFT JOIN origins ON cohort.lead_no = origins.lead_no
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
