-- Journeys by the order of their stages: all that the four ways of counting skipped stages need.
-- Reads:   prep.leads, stages, stage_events, deals, handoffs
-- Returns: one row per group, month and distinct order of entries:
--            label        value of the attribute named by $dimension; '' when unknown, 'all' when not asked
--            month_start  month of entry into the funnel, when $is_monthly; else NULL
--            journey_no   1, or the number of the pass when $grain is 'pass'
--            code_1..4    ten entries each, in order of time, six bits per entry, first entry lowest:
--                         twice the number of the stage (1 = first) plus 1 when $view is 'period' and
--                         the entry lies in the period
--            n            journeys
-- Entries at the same moment count as made in the order of the stages. A record dated before its lead
-- counts as made with the lead. The forty-first and later entries of a journey are not looked at.
WITH codes AS (
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

-- When each pass after the first began: deals do not say to which pass they belong.
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

entries AS (
    SELECT
        lead_no AS lead_no,
        1 AS journey_no,
        1 AS code,
        created_at AS entered_at
    FROM cohort
    UNION ALL
    SELECT
        cohort.lead_no AS lead_no,
        CASE WHEN $grain = 'pass' THEN records.pass_no ELSE 1 END AS journey_no,
        codes.code AS code,
        GREATEST(records.entered_at, cohort.created_at) AS entered_at
    FROM records
    INNER JOIN cohort ON records.lead_id = cohort.lead_id
    INNER JOIN codes ON records.stage = codes.stage
    WHERE records.entered_at <= $as_of
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

numbered AS (
    SELECT
        lead_no AS lead_no,
        journey_no AS journey_no,
        code AS code,
        entered_at AS entered_at,
        ROW_NUMBER() OVER (PARTITION BY lead_no, journey_no ORDER BY entered_at, code) - 1 AS entry_no
    FROM entries
    WHERE $view = 'cohort' OR entered_at < $ends_at
),

journeys AS (
    SELECT
        lead_no AS lead_no,
        journey_no AS journey_no,
        MIN(CASE WHEN code >= $start_code THEN entered_at END) AS entered_at,
        CAST(
            SUM(CASE WHEN entry_no < 10 THEN sign * CAST(POWER(64, entry_no) AS BIGINT) ELSE 0 END) AS BIGINT
        ) AS code_1,
        CAST(
            SUM(CASE WHEN entry_no BETWEEN 10 AND 19 THEN sign * CAST(POWER(64, entry_no - 10) AS BIGINT) ELSE 0 END) AS BIGINT
        ) AS code_2,
        CAST(
            SUM(CASE WHEN entry_no BETWEEN 20 AND 29 THEN sign * CAST(POWER(64, entry_no - 20) AS BIGINT) ELSE 0 END) AS BIGINT
        ) AS code_3,
        CAST(
            SUM(CASE WHEN entry_no BETWEEN 30 AND 39 THEN sign * CAST(POWER(64, entry_no - 30) AS BIGINT) ELSE 0 END) AS BIGINT
        ) AS code_4
    FROM (
        SELECT
            lead_no AS lead_no,
            journey_no AS journey_no,
            code AS code,
            entered_at AS entered_at,
            entry_no AS entry_no,
            CAST(2 * code + CASE WHEN $view = 'period' AND entered_at >= $starts_at THEN 1 ELSE 0 END AS BIGINT) AS sign
        FROM numbered
    ) AS signed
    GROUP BY lead_no, journey_no
    HAVING
        ($view = 'period' AND MAX(entered_at) >= $starts_at)
        OR (
            $view = 'cohort'
            AND MIN(CASE WHEN code >= $start_code THEN entered_at END) >= $starts_at
            AND MIN(CASE WHEN code >= $start_code THEN entered_at END) < $ends_at
        )
)

SELECT
    CASE
        WHEN $dimension <> 'origin' THEN cohort.label
        WHEN LIST_CONTAINS(CAST($sales_sources AS VARCHAR[]), COALESCE(cohort.source, '')) THEN 'sales'
        WHEN LIST_CONTAINS(CAST($tele_sources AS VARCHAR[]), COALESCE(cohort.source, '')) THEN 'telemarketing'
        ELSE COALESCE(origins.origin, 'marketing')
    END AS label,
    CASE WHEN $is_monthly THEN CAST(DATE_TRUNC('month', journeys.entered_at) AS TIMESTAMP) END AS month_start,
    journeys.journey_no AS journey_no,
    journeys.code_1 AS code_1,
    journeys.code_2 AS code_2,
    journeys.code_3 AS code_3,
    journeys.code_4 AS code_4,
    COUNT(*) AS n
FROM journeys
INNER JOIN cohort ON journeys.lead_no = cohort.lead_no
LEFT JOIN origins ON journeys.lead_no = origins.lead_no
GROUP BY
    CASE
        WHEN $dimension <> 'origin' THEN cohort.label
        WHEN LIST_CONTAINS(CAST($sales_sources AS VARCHAR[]), COALESCE(cohort.source, '')) THEN 'sales'
        WHEN LIST_CONTAINS(CAST($tele_sources AS VARCHAR[]), COALESCE(cohort.source, '')) THEN 'telemarketing'
        ELSE COALESCE(origins.origin, 'marketing')
    END,
    CASE WHEN $is_monthly THEN CAST(DATE_TRUNC('month', journeys.entered_at) AS TIMESTAMP) END,
    journeys.journey_no,
    journeys.code_1,
    journeys.code_2,
    journeys.code_3,
    journeys.code_4
