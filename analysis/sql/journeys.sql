-- Journeys by the order of their stages: all that the four ways of counting skipped stages need.
-- Reads:   prep.journeys, prep.paths, prep.lead_labels
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
WITH known AS (
    SELECT
        lead_no AS lead_no,
        journey_no AS journey_no,
        n_entries AS n_entries,
        code AS code,
        highest_before AS highest_before,
        entered_at AS entered_at,
        until_at AS until_at,
        path_no AS path_no
    FROM prep.journeys
    WHERE entered_at < $known_until AND CASE WHEN $grain = 'pass' THEN is_of_pass ELSE is_of_lead END
),

-- Each journey once, as it stands in the end.
standing AS (
    SELECT
        lead_no AS lead_no,
        journey_no AS journey_no,
        entered_at AS entered_at,
        path_no AS path_no
    FROM known
    WHERE until_at IS NULL OR until_at >= $known_until
),

-- The first entry into the start stage or a later one is the entry into the funnel.
entering AS (
    SELECT
        lead_no AS lead_no,
        journey_no AS journey_no,
        entered_at AS entered_at
    FROM known
    WHERE
        $view = 'cohort'
        AND code >= $start_code
        AND highest_before < $start_code
        AND entered_at >= $starts_at
        AND entered_at < $ends_at
),

-- How far a journey had come when the period began: its later entries lie in the period.
before_period AS (
    SELECT
        lead_no AS lead_no,
        journey_no AS journey_no,
        n_entries AS n_entries
    FROM known
    WHERE $view = 'period' AND entered_at < $starts_at AND until_at >= $starts_at
),

chosen AS (
    SELECT
        standing.lead_no AS lead_no,
        standing.journey_no AS journey_no,
        standing.path_no AS path_no,
        entering.entered_at AS entered_at,
        40 AS n_before
    FROM standing
    INNER JOIN entering ON standing.lead_no = entering.lead_no AND standing.journey_no = entering.journey_no
    UNION ALL
    SELECT
        standing.lead_no AS lead_no,
        standing.journey_no AS journey_no,
        standing.path_no AS path_no,
        CAST(NULL AS TIMESTAMP) AS entered_at,
        COALESCE(before_period.n_entries, 0) AS n_before
    FROM standing
    LEFT JOIN before_period
        ON standing.lead_no = before_period.lead_no AND standing.journey_no = before_period.journey_no
    WHERE $view = 'period' AND standing.entered_at >= $starts_at
),

-- Counted before the codes are looked up: there are few orders of entries and many journeys.
counted AS (
    SELECT
        CASE
            WHEN $dimension <> 'origin' THEN labels.label
            WHEN LIST_CONTAINS(CAST($sales_sources AS VARCHAR[]), COALESCE(labels.source, '')) THEN 'sales'
            WHEN LIST_CONTAINS(CAST($tele_sources AS VARCHAR[]), COALESCE(labels.source, '')) THEN 'telemarketing'
            WHEN labels.known_at > $as_of THEN 'marketing'
            ELSE labels.label
        END AS label,
        CASE WHEN $is_monthly THEN CAST(DATE_TRUNC('month', chosen.entered_at) AS TIMESTAMP) END AS month_start,
        chosen.journey_no AS journey_no,
        chosen.path_no AS path_no,
        chosen.n_before AS n_before,
        COUNT(*) AS n
    FROM chosen
    INNER JOIN prep.lead_labels AS labels ON chosen.lead_no = labels.lead_no
    WHERE
        labels.dimension = $dimension
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(labels.source, ''))
        )
    GROUP BY
        CASE
            WHEN $dimension <> 'origin' THEN labels.label
            WHEN LIST_CONTAINS(CAST($sales_sources AS VARCHAR[]), COALESCE(labels.source, '')) THEN 'sales'
            WHEN LIST_CONTAINS(CAST($tele_sources AS VARCHAR[]), COALESCE(labels.source, '')) THEN 'telemarketing'
            WHEN labels.known_at > $as_of THEN 'marketing'
            ELSE labels.label
        END,
        CASE WHEN $is_monthly THEN CAST(DATE_TRUNC('month', chosen.entered_at) AS TIMESTAMP) END,
        chosen.journey_no,
        chosen.path_no,
        chosen.n_before
),

-- The marks of the period are the entries from n_before up to the last: a run of ones in base 64.
marked AS (
    SELECT
        counted.label AS label,
        counted.month_start AS month_start,
        counted.journey_no AS journey_no,
        counted.n AS n,
        prep.paths.code_1 AS code_1,
        prep.paths.code_2 AS code_2,
        prep.paths.code_3 AS code_3,
        prep.paths.code_4 AS code_4,
        prep.paths.n_entries AS n_entries,
        LEAST(counted.n_before, prep.paths.n_entries) AS n_before
    FROM counted
    INNER JOIN prep.paths ON counted.path_no = prep.paths.path_no
)

SELECT
    label AS label,
    month_start AS month_start,
    journey_no AS journey_no,
    code_1 + (
        CAST(POWER(64, LEAST(n_entries, 10)) AS BIGINT) - CAST(POWER(64, LEAST(n_before, 10)) AS BIGINT)
    ) // 63 AS code_1,
    code_2 + (
        CAST(POWER(64, GREATEST(LEAST(n_entries, 20) - 10, 0)) AS BIGINT)
        - CAST(POWER(64, GREATEST(LEAST(n_before, 20) - 10, 0)) AS BIGINT)
    ) // 63 AS code_2,
    code_3 + (
        CAST(POWER(64, GREATEST(LEAST(n_entries, 30) - 20, 0)) AS BIGINT)
        - CAST(POWER(64, GREATEST(LEAST(n_before, 30) - 20, 0)) AS BIGINT)
    ) // 63 AS code_3,
    code_4 + (
        CAST(POWER(64, GREATEST(LEAST(n_entries, 40) - 30, 0)) AS BIGINT)
        - CAST(POWER(64, GREATEST(LEAST(n_before, 40) - 30, 0)) AS BIGINT)
    ) // 63 AS code_4,
    n AS n
FROM marked
