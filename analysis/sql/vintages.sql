-- How long after the handoff leads were won, by month of the handoff, with those that may still be.
-- Reads:   prep.handoffs, prep.leads, prep.stage_entries
-- Returns: one row per month of handoff, outcome and number of days:
--            started_on  first day of the month (UTC)
--            outcome     reached: won in this pass; days begun until then
--                        open:    not yet; whole days from the handoff to as_of
--            days        days since the handoff
--            n           handoffs; those of leads that had been won before are left out
WITH reached AS (
    SELECT
        prep.stage_entries.lead_no AS lead_no,
        MIN(prep.stage_entries.first_entered_at) AS reached_at
    FROM prep.stage_entries
    WHERE prep.stage_entries.position >= $outcome_position AND prep.stage_entries.first_entered_at <= $as_of
    GROUP BY prep.stage_entries.lead_no
),

followed AS (
    SELECT
        prep.handoffs.handed_off_at AS handed_off_at,
        -- A win belongs to the pass in which it happened.
        CASE
            WHEN
                prep.handoffs.next_handed_off_at IS NULL
                OR prep.handoffs.next_handed_off_at > $as_of
                OR reached.reached_at <= prep.handoffs.next_handed_off_at
                THEN reached.reached_at
        END AS won_at
    FROM prep.handoffs
    INNER JOIN prep.leads ON prep.handoffs.lead_no = prep.leads.lead_no
    LEFT JOIN reached ON prep.handoffs.lead_no = reached.lead_no
    WHERE
        prep.handoffs.handed_off_at <= $as_of
        AND prep.handoffs.handed_off_at >= $starts_at
        AND prep.handoffs.handed_off_at < $ends_at
        AND (reached.reached_at IS NULL OR reached.reached_at > prep.handoffs.handed_off_at)
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(prep.leads.source, ''))
        )
),

lags AS (
    SELECT
        followed.handed_off_at AS handed_off_at,
        CASE WHEN followed.won_at IS NULL THEN 'open' ELSE 'reached' END AS outcome,
        CASE
            WHEN followed.won_at IS NULL
                THEN CAST(FLOOR(DATE_DIFF('second', followed.handed_off_at, CAST($as_of AS TIMESTAMP)) / 86400) AS INTEGER)
            ELSE CAST(CEIL(DATE_DIFF('second', followed.handed_off_at, followed.won_at) / 86400) AS INTEGER)
        END AS days
    FROM followed
)

SELECT
    CAST(DATE_TRUNC('month', lags.handed_off_at) AS TIMESTAMP) AS started_on,
    lags.outcome AS outcome,
    lags.days AS days,
    COUNT(*) AS n
FROM lags
GROUP BY CAST(DATE_TRUNC('month', lags.handed_off_at) AS TIMESTAMP), lags.outcome, lags.days
