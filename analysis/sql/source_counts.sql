-- What each group of leads brought in: counts, wins and amounts.
-- Reads:   prep.lead_labels, prep.stage_entries, prep.deals
-- Returns: one row per group and second group, of the leads created in the period:
--            label, other_label  values of the attributes named by $dimension and $other_dimension;
--                                '' when unknown, 'all' when not asked
--            n_leads, n_qualified (came to $qualified_position or further), n_won (to $outcome_position or further)
--            n_mature, n_won_mature (created a horizon ago; of them, won within the horizon)
--            n_deals, n_amounts, amount (won deals; those with a known amount; its sum)
WITH cohort AS (
    SELECT
        labels.lead_no AS lead_no,
        labels.created_at AS created_at,
        labels.label AS label,
        others.label AS other_label
    FROM prep.lead_labels AS labels
    INNER JOIN prep.lead_labels AS others ON labels.lead_no = others.lead_no
    WHERE
        labels.dimension = $dimension
        AND others.dimension = $other_dimension
        AND labels.created_at >= $starts_at
        AND labels.created_at < $ends_at
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(labels.source, ''))
        )
),

moments AS (
    SELECT
        lead_no AS lead_no,
        MIN(CASE WHEN position >= $qualified_position THEN first_entered_at END) AS qualified_at,
        MIN(CASE WHEN position >= $outcome_position THEN first_entered_at END) AS won_at
    FROM prep.stage_entries
    WHERE first_entered_at <= $as_of AND (position >= $qualified_position OR position >= $outcome_position)
    GROUP BY lead_no
),

amounts AS (
    SELECT
        lead_no AS lead_no,
        COUNT(*) AS n_deals,
        COUNT(amount) AS n_amounts,
        SUM(CAST(amount AS DOUBLE)) AS amount
    FROM prep.deals
    WHERE outcome = 'won' AND closed_at <= $as_of
    GROUP BY lead_no
)

SELECT
    cohort.label AS label,
    cohort.other_label AS other_label,
    COUNT(*) AS n_leads,
    COUNT(moments.qualified_at) AS n_qualified,
    COUNT(moments.won_at) AS n_won,
    CAST(SUM(CASE WHEN cohort.created_at <= $mature_at THEN 1 ELSE 0 END) AS BIGINT) AS n_mature,
    CAST(
        SUM(
            CASE
                WHEN
                    cohort.created_at <= $mature_at
                    AND moments.won_at <= cohort.created_at + INTERVAL 1 DAY * $horizon_days
                    THEN 1
                ELSE 0
            END
        ) AS BIGINT
    ) AS n_won_mature,
    CAST(SUM(COALESCE(amounts.n_deals, 0)) AS BIGINT) AS n_deals,
    CAST(SUM(COALESCE(amounts.n_amounts, 0)) AS BIGINT) AS n_amounts,
    SUM(COALESCE(amounts.amount, 0)) AS amount
FROM cohort
LEFT JOIN moments ON cohort.lead_no = moments.lead_no
LEFT JOIN amounts ON cohort.lead_no = amounts.lead_no
GROUP BY cohort.label, cohort.other_label
