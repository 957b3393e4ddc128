-- What became of each moment by $as_of.
-- Reads:   moments, prep.stage_entries
-- Returns: one row per moment; `outcome_no` is 0 standing (never decided), 1 already decided
--          (the outcome, or another end, came no later than the decision), 2 immature,
--          3 mature and not won, 4 mature and won; `won_days` are the days until a win within the
--          horizon, of immature decisions too, else -1.
WITH reached AS (
    SELECT
        prep.stage_entries.lead_no AS lead_no,
        MIN(prep.stage_entries.first_entered_at) AS reached_at
    FROM prep.stage_entries
    WHERE prep.stage_entries.position >= $outcome_position AND prep.stage_entries.first_entered_at <= $as_of
    GROUP BY prep.stage_entries.lead_no
)

SELECT
    moments.moment_no AS moment_no,
    moments.lead_no AS lead_no,
    moments.pass_no AS pass_no,
    moments.decided_at AS decided_at,
    CASE
        WHEN moments.is_standing = 1 THEN 0
        WHEN moments.is_settled = 1 OR reached.reached_at <= moments.decided_at THEN 1
        WHEN moments.decided_at > $mature_at THEN 2
        WHEN
            reached.reached_at <= moments.decided_at + INTERVAL '1' DAY * $horizon_days
            -- A win belongs to the pass in which it happened.
            AND (moments.next_decided_at IS NULL OR reached.reached_at <= moments.next_decided_at)
            THEN 4
        ELSE 3
    END AS outcome_no,
    CASE
        WHEN
            reached.reached_at > moments.decided_at
            AND reached.reached_at <= moments.decided_at + INTERVAL '1' DAY * $horizon_days
            AND (moments.next_decided_at IS NULL OR reached.reached_at <= moments.next_decided_at)
            THEN CAST(FLOOR(DATE_DIFF('second', moments.decided_at, reached.reached_at) / 86400) AS INTEGER)
        ELSE -1
    END AS won_days
FROM moments
LEFT JOIN reached ON moments.lead_no = reached.lead_no
