-- What happened in a period and in the one before it: one count per event.
-- Reads:   prep.leads, prep.stage_entries, prep.handoffs, stages
-- Returns: one row per period and count; counts of 0 are left out. `is_current` is false for the previous
--          period, which ends where the current one starts.
WITH chosen AS (
    SELECT
        lead_no AS lead_no,
        created_at AS created_at
    FROM prep.leads
    WHERE
        LEN(CAST($sources AS VARCHAR[])) = 0
        OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(source, ''))
),

outcomes AS (
    -- Reaching a later stage is reaching the outcome.
    SELECT
        prep.stage_entries.lead_no AS lead_no,
        MIN(prep.stage_entries.first_entered_at) AS happened_at
    FROM prep.stage_entries
    WHERE prep.stage_entries.position >= (SELECT MIN(position) FROM stages WHERE stage = $outcome)
    GROUP BY prep.stage_entries.lead_no
),

answered AS (
    SELECT
        lead_no AS lead_no,
        handed_off_at AS happened_at,
        -- An answer without a time is taken as given at once; one that comes after $as_of does not exist yet.
        CASE WHEN COALESCE(responded_at, handed_off_at) <= $as_of THEN response END AS response
    FROM prep.handoffs
),

events AS (
    SELECT
        'leads' AS counted,
        created_at AS happened_at,
        lead_no AS lead_no
    FROM chosen
    UNION ALL
    SELECT
        'mqls' AS counted,
        first_entered_at AS happened_at,
        lead_no AS lead_no
    FROM prep.stage_entries
    WHERE position = (SELECT MIN(position) FROM stages WHERE stage = 'mql')
    UNION ALL
    SELECT
        'outcomes' AS counted,
        happened_at AS happened_at,
        lead_no AS lead_no
    FROM outcomes
    UNION ALL
    SELECT
        'handoffs' AS counted,
        happened_at AS happened_at,
        lead_no AS lead_no
    FROM answered
    UNION ALL
    SELECT
        response AS counted,
        happened_at AS happened_at,
        lead_no AS lead_no
    FROM answered
    WHERE response IS NOT NULL
)

SELECT
    events.happened_at >= $starts_at AS is_current,
    events.counted AS counted,
    COUNT(*) AS n
FROM events
INNER JOIN chosen ON events.lead_no = chosen.lead_no
WHERE
    events.happened_at >= $previous_starts_at
    AND events.happened_at < $ends_at
GROUP BY is_current, events.counted
