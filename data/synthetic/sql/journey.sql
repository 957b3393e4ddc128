-- What leads do of their own accord and are sent, from their creation on. It does not
-- depend on what sales make of them, nor (but for the first touch) on the source:
-- otherwise the effect of a source would pass for the effect of a rule.
-- Reads:  lead, touch_slot
-- Builds: touch(lead_no, phase, touch_no, at, type_no)
CREATE OR REPLACE TEMP TABLE touch AS
WITH counted AS (
    SELECT
        lead_no,
        created_at,
        (created_at - $start_second) / 86400.0 AS created_day,
        CAST(
            least(
                $journey_maximum,
                floor($journey_mean_touches * exp($journey_log_sd * normal(lead_no, 'touches') - pow($journey_log_sd, 2) / 2))
            ) AS INTEGER
        ) AS n_touches
    FROM lead
),

numbered AS (
    SELECT
        lead_no,
        created_at,
        created_day,
        unnest(range(1, n_touches + 1)) AS touch_no
    FROM counted
),

placed AS (
    -- Interest is greatest at the beginning.
    SELECT
        lead_no,
        created_at,
        touch_no,
        created_day + $journey_spread_days * pow(uniform(lead_no * 4096 + touch_no, 'touch time'), 2) AS day
    FROM numbered
),

timed AS (
    -- The part of a day becomes an hour between 8 and 23 o'clock.
    SELECT
        lead_no,
        touch_no,
        greatest(
            created_at,
            CAST($start_second + floor(day) * 86400 + 28800 + floor((day - floor(day)) * 54000) AS BIGINT)
        ) AS "at"
    FROM placed
)

SELECT
    lead_no AS lead_no,
    0 AS phase,
    0 AS touch_no,
    created_at AS "at",
    first_type_no AS type_no
FROM lead
UNION ALL
SELECT
    timed.lead_no AS lead_no,
    0 AS phase,
    timed.touch_no AS touch_no,
    timed."at" AS "at",
    touch_slot.type_no AS type_no
FROM timed
INNER JOIN touch_slot
    ON touch_slot.phase = 'journey'
    AND touch_slot.slot = pick(timed.lead_no * 4096 + timed.touch_no, 'touch type', 1000)
WHERE timed."at" <= $as_of_second;
