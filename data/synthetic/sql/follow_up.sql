-- After the handoff: winners do much more, and much more becomes known of them. Whoever
-- counts this in the score at the handoff is fooled: that is what it is here for.
-- Reads:  handed (pass $pass_no), lead, touch_slot
-- Adds to: touch, known
INSERT INTO touch
WITH counted AS (
    SELECT
        lead_no,
        pass_no,
        begun_at,
        closed_at + 86400 * CASE WHEN is_won THEN 45 ELSE 10 END AS end_at,
        CASE
            WHEN is_won THEN 18 + pick(entity, 'follow-up touches', 33)
            WHEN is_opportunity THEN 6 + pick(entity, 'follow-up touches', 11)
            WHEN is_accepted THEN 3 + pick(entity, 'follow-up touches', 7)
            ELSE 1 + pick(entity, 'follow-up touches', 4)
        END AS n_touches
    FROM handed
    WHERE pass_no = $pass_no
),

numbered AS (
    SELECT
        lead_no,
        pass_no,
        begun_at,
        end_at,
        unnest(range(n_touches)) AS touch_no
    FROM counted
),

drawn AS (
    SELECT
        lead_no,
        pass_no AS phase,
        touch_no,
        begun_at,
        end_at,
        (lead_no * 8 + pass_no) * 512 + touch_no AS entity
    FROM numbered
),

timed AS (
    SELECT
        lead_no,
        phase,
        touch_no,
        entity,
        begun_at + CAST(floor((end_at - begun_at) * pow(uniform(entity, 'follow-up time'), 1.3)) AS BIGINT) AS "at"
    FROM drawn
)

SELECT
    timed.lead_no AS lead_no,
    timed.phase AS phase,
    timed.touch_no AS touch_no,
    timed."at" AS "at",
    touch_slot.type_no AS type_no
FROM timed
INNER JOIN touch_slot
    ON touch_slot.phase = 'follow_up'
    AND touch_slot.slot = pick(timed.entity, 'follow-up type', 1000)
WHERE timed."at" <= $as_of_second;

INSERT INTO known
WITH asked AS (
    -- Sales ask those on whom they work for what is missing, winners above all.
    SELECT
        handed.lead_no AS lead_no,
        handed.entity AS entity,
        handed.is_won AS is_won,
        handed.begun_at + CAST(floor(0.6 * (handed.closed_at - handed.begun_at)) AS BIGINT) AS known_at
    FROM handed
    WHERE handed.pass_no = $pass_no AND handed.is_accepted
),

unknown_title AS (
    SELECT
        asked.lead_no AS lead_no,
        asked.known_at AS known_at,
        CASE
            WHEN asked.is_won AND uniform(asked.entity, 'title learned by sales') < 0.55 THEN '取締役'
            WHEN asked.is_won THEN '部長'
            WHEN uniform(asked.entity, 'title learned by sales') < 0.8 THEN '担当'
            ELSE '課長'
        END AS job_title
    FROM asked
    WHERE
        uniform(asked.entity, 'title asked') < CASE WHEN asked.is_won THEN 0.9 ELSE 0.3 END
        AND NOT EXISTS (SELECT 1 FROM known WHERE known.lead_no = asked.lead_no AND known.field = 'job_title')
),

unknown_employees AS (
    SELECT
        asked.lead_no AS lead_no,
        asked.known_at AS known_at,
        CAST(lead.employees * CASE WHEN asked.is_won THEN 4 ELSE 1 END AS VARCHAR) AS employees
    FROM asked
    INNER JOIN lead ON asked.lead_no = lead.lead_no
    WHERE
        uniform(asked.entity, 'employees asked') < CASE WHEN asked.is_won THEN 0.85 ELSE 0.25 END
        AND NOT EXISTS (SELECT 1 FROM known WHERE known.lead_no = asked.lead_no AND known.field = 'employees')
)

SELECT
    unknown_title.lead_no AS lead_no,
    'job_title' AS field,
    unknown_title.job_title AS value,
    unknown_title.known_at AS known_at,
    TRUE AS is_recorded
FROM unknown_title
UNION ALL
SELECT
    unknown_title.lead_no AS lead_no,
    'seniority' AS field,
    title.seniority AS value,
    unknown_title.known_at AS known_at,
    TRUE AS is_recorded
FROM unknown_title
INNER JOIN title ON unknown_title.job_title = title.code
UNION ALL
SELECT
    lead_no AS lead_no,
    'employees' AS field,
    employees AS value,
    known_at AS known_at,
    TRUE AS is_recorded
FROM unknown_employees;
