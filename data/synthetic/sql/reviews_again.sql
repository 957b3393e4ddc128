-- Recycling: some leads that were not won are brought back, and looked at once more.
-- Reads:  handed (pass $pass_no), opt_out, touch_slot
-- Builds: review (pass $pass_no + 1); adds to touch and nurtured
CREATE OR REPLACE TEMP TABLE review AS
WITH recycled AS (
    SELECT
        handed.lead_no AS lead_no,
        handed.settled_at AS settled_at,
        handed.lead_no * 8 + handed.pass_no AS entity
    FROM handed
    LEFT JOIN opt_out ON handed.lead_no = opt_out.lead_no
    WHERE
        handed.pass_no = $pass_no
        AND NOT handed.is_won
        AND NOT handed.is_sales_generated
        AND opt_out.lead_no IS NULL
        AND uniform(handed.lead_no * 8 + handed.pass_no, 'recycled') < $recycling_p_recycled
),

timed AS (
    SELECT
        lead_no,
        settled_at,
        office_time(
            settled_at + CAST(
                86400 * ($recycling_wait_days_first + ($recycling_wait_days_last - $recycling_wait_days_first) * uniform(entity, 'wait')) AS BIGINT
            ),
            uniform(entity, 'wait hour')
        ) AS "at"
    FROM recycled
)

SELECT
    lead_no AS lead_no,
    $pass_no + 1 AS pass_no,
    1 AS review_no,
    settled_at AS settled_at,
    "at" AS "at"
FROM timed
WHERE "at" <= $as_of_second;

INSERT INTO nurtured
SELECT
    lead_no AS lead_no,
    pass_no AS pass_no,
    settled_at + 3600 AS "at"
FROM review;

INSERT INTO touch
WITH numbered AS (
    SELECT
        lead_no,
        pass_no,
        settled_at,
        "at" AS review_at,
        unnest(
            range(
                $recycling_touches_first + pick(lead_no * 8 + pass_no, 'again touches', $recycling_touches_last - $recycling_touches_first + 1)
            )
        ) AS touch_no
    FROM review
),

drawn AS (
    SELECT
        lead_no,
        3 + pass_no AS phase,
        touch_no,
        settled_at,
        review_at,
        (lead_no * 8 + 3 + pass_no) * 512 + touch_no AS entity
    FROM numbered
)

SELECT
    drawn.lead_no AS lead_no,
    drawn.phase AS phase,
    drawn.touch_no AS touch_no,
    drawn.settled_at
    + CAST(floor((drawn.review_at - drawn.settled_at) * uniform(drawn.entity, 'again time')) AS BIGINT) AS "at",
    touch_slot.type_no AS type_no
FROM drawn
INNER JOIN touch_slot
    ON touch_slot.phase = 'again'
    AND touch_slot.slot = pick(drawn.entity, 'again type', 1000);
