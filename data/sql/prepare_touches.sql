-- The layout that replays a ruleset quickly: what each decision moment could know.
-- Reads:  touches, lead_facts, bant, opt_outs, scores, prep.leads, prep.handoffs
-- Builds: prep.touches, prep.touched_leads, prep.touch_types, prep.moments, prep.moment_touches,
--         prep.attribute_values, prep.lead_values, prep.fact_values, prep.moment_values,
--         prep.outside_scores, prep.replay_info

CREATE TEMP TABLE numbered_types AS
WITH types AS (
    SELECT DISTINCT kind, channel, content, direction FROM touches
)
SELECT
    CAST(ROW_NUMBER() OVER (ORDER BY kind, channel, content, direction) - 1 AS INTEGER) AS type_no,
    kind,
    channel,
    content,
    direction
FROM types;

CREATE TABLE prep.touches AS
SELECT
    prep.leads.lead_no AS lead_no,
    numbered_types.type_no AS type_no,
    touches."at" AS "at"
FROM touches
INNER JOIN prep.leads ON touches.lead_id = prep.leads.lead_id
INNER JOIN numbered_types
    ON touches.kind = numbered_types.kind
    AND touches.channel IS NOT DISTINCT FROM numbered_types.channel
    AND touches.content IS NOT DISTINCT FROM numbered_types.content
    AND touches.direction IS NOT DISTINCT FROM numbered_types.direction
ORDER BY lead_no, touches."at";

-- When each lead that did anything did something first and last.
CREATE TABLE prep.touched_leads AS
SELECT lead_no, MIN("at") AS first_touch_at, MAX("at") AS last_touch_at
FROM prep.touches
GROUP BY lead_no
ORDER BY lead_no;

-- A rule is matched against this small dictionary, never against the touches. n_most,
-- the most touches of the type that one lead has, bounds what any rule can count.
CREATE TABLE prep.touch_types AS
WITH sizes AS (
    SELECT lead_no, type_no, COUNT(*) AS n FROM prep.touches GROUP BY lead_no, type_no
),
most AS (
    SELECT type_no, MAX(n) AS n_most FROM sizes GROUP BY type_no
)
SELECT
    numbered_types.type_no AS type_no,
    numbered_types.kind AS kind,
    numbered_types.channel AS channel,
    numbered_types.content AS content,
    numbered_types.direction AS direction,
    CAST(COALESCE(most.n_most, 0) AS INTEGER) AS n_most
FROM numbered_types
LEFT JOIN most ON numbered_types.type_no = most.type_no
ORDER BY type_no;

DROP TABLE numbered_types;

-- The moments at which a lead is scored by default: each handoff, and for a lead
-- without one its last touch (its creation when it has none).
CREATE TABLE prep.moments AS
WITH standing AS (
    SELECT
        prep.leads.lead_no,
        COALESCE(prep.touched_leads.last_touch_at, prep.leads.created_at) AS decided_at
    FROM prep.leads
    LEFT JOIN prep.touched_leads ON prep.leads.lead_no = prep.touched_leads.lead_no
    WHERE prep.leads.lead_no NOT IN (SELECT prep.handoffs.lead_no FROM prep.handoffs)
),
moments AS (
    SELECT
        lead_no,
        handed_off_at AS decided_at,
        next_handed_off_at AS next_decided_at,
        pass_no,
        decision_no,
        FALSE AS is_standing
    FROM prep.handoffs
    UNION ALL
    SELECT lead_no, decided_at, NULL AS next_decided_at, 1 AS pass_no, 0 AS decision_no, TRUE AS is_standing
    FROM standing
)
SELECT
    CAST(ROW_NUMBER() OVER (ORDER BY moments.lead_no, moments.decision_no) - 1 AS INTEGER) AS moment_no,
    moments.lead_no AS lead_no,
    CAST(moments.pass_no AS INTEGER) AS pass_no,
    moments.decided_at AS decided_at,
    moments.next_decided_at AS next_decided_at,
    moments.is_standing AS is_standing,
    prep.leads.source AS source
FROM moments
INNER JOIN prep.leads ON moments.lead_no = prep.leads.lead_no
ORDER BY moment_no;

-- What was known at each moment, in one row per touch. Ages are whole days: all that a
-- window asks for. Sorted by type, so that a replay reads only the types that its rules
-- name, and within a type by moment, so that what belongs together lies near.
CREATE TABLE prep.moment_touches AS
SELECT
    prep.touches.type_no AS type_no,
    prep.moments.moment_no AS moment_no,
    CAST(
        LEAST(DATE_DIFF('second', prep.touches."at", prep.moments.decided_at) // 86400, 32000) AS SMALLINT
    ) AS age_days
FROM prep.moments
INNER JOIN prep.touches
    ON prep.moments.lead_no = prep.touches.lead_no AND prep.touches."at" <= prep.moments.decided_at
ORDER BY type_no, moment_no;

-- Each attribute in the time in which it was believed: from known_at until until_at.
-- Opting out is a fact that is never withdrawn; one row per channel is enough.
CREATE TEMP TABLE dated_values AS
WITH facts AS (
    SELECT prep.leads.lead_no, lead_facts.field, NULLIF(lead_facts.value, '') AS value, lead_facts.known_at
    FROM lead_facts
    INNER JOIN prep.leads ON lead_facts.lead_id = prep.leads.lead_id
),
periods AS (
    SELECT
        lead_no,
        field,
        value,
        known_at,
        LEAD(known_at) OVER (PARTITION BY lead_no, field ORDER BY known_at) AS until_at
    FROM facts
)
SELECT
    lead_no,
    field,
    CASE WHEN field LIKE 'is\_%' ESCAPE '\' THEN LOWER(value) ELSE value END AS value,
    known_at,
    until_at
FROM periods
UNION ALL
-- Before the first fact the attribute was unknown.
SELECT lead_no, field, NULL AS value, TIMESTAMP '0001-01-01' AS known_at, MIN(known_at) AS until_at
FROM facts
GROUP BY lead_no, field
UNION ALL
SELECT
    prep.leads.lead_no,
    '@opt_out' AS field,
    opt_outs.channel AS value,
    MIN(opt_outs."at") AS known_at,
    CAST(NULL AS TIMESTAMP) AS until_at
FROM opt_outs
INNER JOIN prep.leads ON opt_outs.lead_id = prep.leads.lead_id
GROUP BY prep.leads.lead_no, opt_outs.channel
UNION ALL
-- Only answers that say something get a row: a lead without one is unknown.
SELECT lead_no, '@bant_' || item AS field, answer AS value, learned_at AS known_at, until_at
FROM (
    SELECT
        prep.leads.lead_no AS lead_no,
        bant.item AS item,
        bant.answer AS answer,
        bant.learned_at AS learned_at,
        LEAD(bant.learned_at) OVER (PARTITION BY prep.leads.lead_no, bant.item ORDER BY bant.learned_at) AS until_at
    FROM bant
    INNER JOIN prep.leads ON bant.lead_id = prep.leads.lead_id
) AS answers
WHERE answer IN ('yes', 'no');

-- Attributes without a dated fact are known from the beginning.
CREATE TEMP TABLE steady_values AS
WITH columns_as_text AS (
    SELECT
        lead_no, source, campaign, company, industry, department, job_title, seniority, region, "owner",
        CAST(is_inbound AS VARCHAR) AS is_inbound,
        CAST(is_online AS VARCHAR) AS is_online,
        CAST(employees AS VARCHAR) AS employees,
        CAST(capital_yen AS VARCHAR) AS capital_yen
    FROM prep.leads
),
of_leads AS (
    SELECT lead_no, field, value
    FROM columns_as_text UNPIVOT INCLUDE NULLS (value FOR field IN (* EXCLUDE (lead_no)))
),
of_facts AS (
    SELECT prep.leads.lead_no, others.field, CAST(NULL AS VARCHAR) AS value
    FROM (SELECT DISTINCT field FROM dated_values WHERE field NOT LIKE '@%') AS others
    CROSS JOIN prep.leads
    WHERE others.field NOT IN (SELECT DISTINCT field FROM of_leads)
)
SELECT steady.lead_no, steady.field, steady.value
FROM (SELECT lead_no, field, value FROM of_leads UNION ALL SELECT lead_no, field, value FROM of_facts) AS steady
ANTI JOIN dated_values ON steady.lead_no = dated_values.lead_no AND steady.field = dated_values.field;

-- The dictionary for attribute rules; a missing value is the attribute being unknown.
CREATE TABLE prep.attribute_values AS
WITH known AS (
    SELECT DISTINCT field, value FROM steady_values
    UNION
    SELECT DISTINCT field, value FROM dated_values
)
SELECT
    CAST(ROW_NUMBER() OVER (ORDER BY field, value) - 1 AS INTEGER) AS value_no,
    field,
    value,
    TRY_CAST(value AS DOUBLE) AS number
FROM known
ORDER BY value_no;

-- Sorted by attribute: a replay reads only the attributes its rules name.
CREATE TABLE prep.lead_values AS
SELECT prep.attribute_values.value_no AS value_no, steady_values.lead_no AS lead_no
FROM steady_values
INNER JOIN prep.attribute_values
    ON steady_values.field = prep.attribute_values.field
    AND steady_values.value IS NOT DISTINCT FROM prep.attribute_values.value
ORDER BY steady_values.field, lead_no;

CREATE TABLE prep.fact_values AS
SELECT
    prep.attribute_values.value_no AS value_no,
    dated_values.lead_no AS lead_no,
    dated_values.known_at AS known_at,
    dated_values.until_at AS until_at
FROM dated_values
INNER JOIN prep.attribute_values
    ON dated_values.field = prep.attribute_values.field
    AND dated_values.value IS NOT DISTINCT FROM prep.attribute_values.value
ORDER BY dated_values.field, lead_no, known_at;

-- Resolved for the prepared moments: what was believed of the lead at each.
CREATE TABLE prep.moment_values AS
SELECT prep.lead_values.value_no AS value_no, prep.moments.moment_no AS moment_no
FROM prep.lead_values
INNER JOIN prep.moments ON prep.lead_values.lead_no = prep.moments.lead_no
UNION ALL
SELECT prep.fact_values.value_no AS value_no, prep.moments.moment_no AS moment_no
FROM prep.fact_values
INNER JOIN prep.moments
    ON prep.fact_values.lead_no = prep.moments.lead_no
    AND prep.fact_values.known_at <= prep.moments.decided_at
    AND (prep.fact_values.until_at IS NULL OR prep.fact_values.until_at > prep.moments.decided_at)
ORDER BY value_no, moment_no;

DROP TABLE dated_values;
DROP TABLE steady_values;

-- What other tools gave, in the time in which it was their latest word.
CREATE TABLE prep.outside_scores AS
SELECT
    scores.scorer AS scorer,
    scores.axis AS axis,
    prep.leads.lead_no AS lead_no,
    scores.scored_at AS known_at,
    LEAD(scores.scored_at) OVER (
        PARTITION BY prep.leads.lead_no, scores.scorer, scores.axis ORDER BY scores.scored_at
    ) AS until_at,
    scores.score AS score
FROM scores
INNER JOIN prep.leads ON scores.lead_id = prep.leads.lead_id
ORDER BY scorer, axis, lead_no, known_at;

-- The prepared moments of leads without a handoff hold for every as_of from last_event_at on.
CREATE TABLE prep.replay_info AS
SELECT
    GREATEST(
        (SELECT MAX("at") FROM prep.touches),
        (SELECT MAX(handed_off_at) FROM prep.handoffs),
        (SELECT MAX(created_at) FROM prep.leads)
    ) AS last_event_at,
    (SELECT COUNT(*) FROM prep.moments) AS n_moments;
