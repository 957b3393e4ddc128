-- Leads with a dense integer key, the stages each came to, its journeys, its deals and its handoffs.
-- Reads:  leads, stages, stage_events, deals, handoffs
-- Builds: prep.leads, prep.lead_labels, prep.stage_entries, prep.stage_starts, prep.paths,
--         prep.journeys, prep.deals, prep.handoffs
--
-- Whatever is prepared here holds for every moment as of which a question is asked: a fact
-- comes with the moment from which it is known.

-- An integer key makes every later join and grouping cheap; numbering by time keeps
-- leads of one period together on disk.
-- The origin is who brought the lead in, read from its first stage event after the first
-- stage; later events never change it, so one value and its moment serve every as_of.
CREATE TABLE prep.leads AS
WITH qualified AS (
    SELECT MIN(position) AS position FROM stages WHERE stage = 'sales_qualified'
),
events AS (
    SELECT
        stage_events.lead_id AS lead_id,
        stage_events.entered_at AS entered_at,
        stages.position AS position,
        COALESCE(stages.department = 'inside_sales', FALSE) AS is_tele
    FROM stage_events
    INNER JOIN stages ON stage_events.stage = stages.stage
    WHERE stages.position > (SELECT MIN(position) FROM stages)
),
-- Of several events at the first moment the earliest stage counts.
firsts AS (
    SELECT
        lead_id AS lead_id,
        MIN(entered_at) AS origin_at,
        ARG_MIN(position, (entered_at, position)) AS position,
        ARG_MIN(is_tele, (entered_at, position)) AS is_tele
    FROM events
    GROUP BY lead_id
)
SELECT
    CAST(ROW_NUMBER() OVER (ORDER BY leads.created_at, leads.lead_id) - 1 AS INTEGER) AS lead_no,
    leads.*,
    CASE
        WHEN firsts.position >= qualified.position THEN 'sales'
        WHEN firsts.is_tele AND NOT COALESCE(leads.is_inbound, FALSE) THEN 'telemarketing'
        WHEN firsts.position IS NOT NULL THEN 'marketing'
    END AS origin,
    firsts.origin_at AS origin_at
FROM leads
CROSS JOIN qualified
LEFT JOIN firsts ON leads.lead_id = firsts.lead_id
ORDER BY lead_no;

-- Every attribute that a question can be split by, as text: a question names the dimension,
-- and an engine reads that branch alone. '' stands for unknown; known_at is NULL for what
-- counts as known from the beginning.
CREATE VIEW prep.lead_labels AS
SELECT 'source' AS dimension, lead_no, created_at, source, COALESCE(source, '') AS label, CAST(NULL AS TIMESTAMP) AS known_at
FROM prep.leads
UNION ALL
SELECT 'campaign' AS dimension, lead_no, created_at, source, COALESCE(campaign, '') AS label, CAST(NULL AS TIMESTAMP) AS known_at
FROM prep.leads
UNION ALL
SELECT 'industry' AS dimension, lead_no, created_at, source, COALESCE(industry, '') AS label, CAST(NULL AS TIMESTAMP) AS known_at
FROM prep.leads
UNION ALL
SELECT 'region' AS dimension, lead_no, created_at, source, COALESCE(region, '') AS label, CAST(NULL AS TIMESTAMP) AS known_at
FROM prep.leads
UNION ALL
SELECT 'seniority' AS dimension, lead_no, created_at, source, COALESCE(seniority, '') AS label, CAST(NULL AS TIMESTAMP) AS known_at
FROM prep.leads
UNION ALL
SELECT 'owner' AS dimension, lead_no, created_at, source, COALESCE("owner", '') AS label, CAST(NULL AS TIMESTAMP) AS known_at
FROM prep.leads
UNION ALL
SELECT 'is_inbound' AS dimension, lead_no, created_at, source, COALESCE(CAST(is_inbound AS VARCHAR), '') AS label, CAST(NULL AS TIMESTAMP) AS known_at
FROM prep.leads
UNION ALL
SELECT 'is_online' AS dimension, lead_no, created_at, source, COALESCE(CAST(is_online AS VARCHAR), '') AS label, CAST(NULL AS TIMESTAMP) AS known_at
FROM prep.leads
UNION ALL
SELECT 'origin' AS dimension, lead_no, created_at, source, COALESCE(origin, 'marketing') AS label, origin_at AS known_at
FROM prep.leads
UNION ALL
SELECT 'all' AS dimension, lead_no, created_at, source, 'all' AS label, CAST(NULL AS TIMESTAMP) AS known_at
FROM prep.leads;

-- A lead is in stage `lead` from its creation. Deals are evidence of the last two
-- stages, so that a history with deals but without a record of stages has a funnel too.
-- moved_at is the first entry into a later stage, which may lie before this one: the row with
-- first_entered_at <= as_of < moved_at is the furthest stage the lead had come to. Creation and
-- source are repeated here so that counting by them needs no join.
CREATE TABLE prep.stage_entries AS
WITH evidence AS (
    SELECT lead_id, 'lead' AS stage, created_at AS entered_at FROM leads
    UNION ALL
    SELECT lead_id, stage, entered_at FROM stage_events
    UNION ALL
    SELECT lead_id, 'opportunity' AS stage, opened_at AS entered_at FROM deals WHERE opened_at IS NOT NULL
    UNION ALL
    SELECT lead_id, 'won' AS stage, closed_at AS entered_at FROM deals WHERE outcome = 'won' AND closed_at IS NOT NULL
),
firsts AS (
    SELECT
        prep.leads.lead_no AS lead_no,
        stages.position AS position,
        MIN(evidence.entered_at) AS first_entered_at
    FROM evidence
    INNER JOIN prep.leads ON evidence.lead_id = prep.leads.lead_id
    INNER JOIN stages ON evidence.stage = stages.stage
    GROUP BY prep.leads.lead_no, stages.position
)
SELECT
    firsts.lead_no AS lead_no,
    firsts.position AS position,
    firsts.first_entered_at AS first_entered_at,
    MIN(firsts.first_entered_at) OVER (
        PARTITION BY firsts.lead_no ORDER BY firsts.position ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS moved_at,
    prep.leads.created_at AS created_at,
    prep.leads.source AS source
FROM firsts
INNER JOIN prep.leads ON firsts.lead_no = prep.leads.lead_no
ORDER BY lead_no, position;

-- Since when each stage is in use.
CREATE TABLE prep.stage_starts AS
SELECT position, MIN(first_entered_at) AS first_entered_at
FROM prep.stage_entries
GROUP BY position
ORDER BY position;

-- Every entry of every lead into a stage, in all its passes. A record dated before its lead
-- counts as made with the lead; it is known from then on, as the lead is.
CREATE TEMP TABLE entries AS
WITH codes AS (
    SELECT stage, CAST(ROW_NUMBER() OVER (ORDER BY position) AS TINYINT) AS code FROM stages
),
-- When each pass after the first began: deals do not say to which pass they belong.
pass_starts AS (
    SELECT lead_id, pass_no, MIN(started_at) AS started_at
    FROM (
        SELECT lead_id, pass_no, entered_at AS started_at FROM stage_events WHERE pass_no > 1
        UNION ALL
        SELECT lead_id, pass_no, handed_off_at AS started_at FROM handoffs WHERE pass_no > 1
    ) AS later
    GROUP BY lead_id, pass_no
),
deal_entries AS (
    SELECT lead_id, 'opportunity' AS stage, opened_at AS entered_at FROM deals WHERE opened_at IS NOT NULL
    UNION ALL
    SELECT lead_id, 'won' AS stage, closed_at AS entered_at FROM deals WHERE outcome = 'won' AND closed_at IS NOT NULL
),
records AS (
    SELECT lead_id, stage, entered_at, pass_no FROM stage_events
    UNION ALL
    -- A pass that begins later is not known yet when the deal is: no as_of sees it differently.
    SELECT
        deal_entries.lead_id,
        deal_entries.stage,
        deal_entries.entered_at,
        COALESCE(MAX(pass_starts.pass_no), 1) AS pass_no
    FROM deal_entries
    LEFT JOIN pass_starts
        ON deal_entries.lead_id = pass_starts.lead_id AND deal_entries.entered_at >= pass_starts.started_at
    GROUP BY deal_entries.lead_id, deal_entries.stage, deal_entries.entered_at
)
SELECT lead_no, 1 AS pass_no, CAST(1 AS TINYINT) AS code, created_at AS entered_at
FROM prep.leads
UNION ALL
SELECT
    prep.leads.lead_no,
    records.pass_no,
    codes.code,
    GREATEST(records.entered_at, prep.leads.created_at) AS entered_at
FROM records
INNER JOIN prep.leads ON records.lead_id = prep.leads.lead_id
INNER JOIN codes ON records.stage = codes.stage;

-- Each journey as it stood from one entry (entered_at) until the next (until_at, NULL: until
-- now): the row with entered_at <= as_of < until_at is what was known of the journey, so no
-- question puts it together again.
--   is_of_lead, is_of_pass  the journey is the whole history of a lead (journey_no 1), one of its
--                           passes (journey_no = pass_no), or both
--   n_entries               entries so far
--   code                    number of the stage that was entered, 1 = first
--   highest_before          highest of them before this entry, 0 when it is the first
--   code_1..4               the entries so far, ten in each, six bits per entry, first entry lowest: twice
--                           the number of the stage. Entries at the same moment are in the order of the
--                           stages. The forty-first and later entries are not looked at.
CREATE TEMP TABLE standings AS
WITH recycled AS (
    SELECT DISTINCT lead_no FROM entries WHERE pass_no <> 1
),
of_leads AS (
    SELECT
        entries.lead_no,
        1 AS journey_no,
        TRUE AS is_of_lead,
        recycled.lead_no IS NULL AS is_of_pass,
        entries.code,
        entries.entered_at
    FROM entries
    LEFT JOIN recycled ON entries.lead_no = recycled.lead_no
),
of_passes AS (
    SELECT
        entries.lead_no,
        entries.pass_no AS journey_no,
        FALSE AS is_of_lead,
        TRUE AS is_of_pass,
        entries.code,
        entries.entered_at
    FROM entries
    INNER JOIN recycled ON entries.lead_no = recycled.lead_no
),
numbered AS (
    SELECT
        *,
        ROW_NUMBER() OVER in_time - 1 AS entry_no,
        LEAD(entered_at) OVER in_time AS until_at,
        COALESCE(MAX(code) OVER (in_time ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS highest_before
    FROM (SELECT * FROM of_leads UNION ALL SELECT * FROM of_passes) AS journeys
    WINDOW in_time AS (PARTITION BY lead_no, is_of_lead, journey_no ORDER BY entered_at, code)
)
SELECT
    lead_no,
    CAST(journey_no AS INTEGER) AS journey_no,
    is_of_lead,
    is_of_pass,
    CAST(entry_no + 1 AS INTEGER) AS n_entries,
    code,
    CAST(highest_before AS TINYINT) AS highest_before,
    entered_at,
    until_at,
    CAST(SUM(CASE WHEN entry_no < 10 THEN (2 * code) * CAST(POWER(64, entry_no) AS BIGINT) ELSE 0 END) OVER so_far AS BIGINT) AS code_1,
    CAST(SUM(CASE WHEN entry_no BETWEEN 10 AND 19 THEN (2 * code) * CAST(POWER(64, entry_no - 10) AS BIGINT) ELSE 0 END) OVER so_far AS BIGINT) AS code_2,
    CAST(SUM(CASE WHEN entry_no BETWEEN 20 AND 29 THEN (2 * code) * CAST(POWER(64, entry_no - 20) AS BIGINT) ELSE 0 END) OVER so_far AS BIGINT) AS code_3,
    CAST(SUM(CASE WHEN entry_no BETWEEN 30 AND 39 THEN (2 * code) * CAST(POWER(64, entry_no - 30) AS BIGINT) ELSE 0 END) OVER so_far AS BIGINT) AS code_4
FROM numbered
WINDOW so_far AS (
    PARTITION BY lead_no, is_of_lead, journey_no ORDER BY entry_no ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
);

-- Few orders of entries are distinct: a question counts them by a small number.
CREATE TABLE prep.paths AS
SELECT
    CAST(ROW_NUMBER() OVER (ORDER BY code_1, code_2, code_3, code_4) - 1 AS INTEGER) AS path_no,
    CAST(MIN(LEAST(n_entries, 40)) AS INTEGER) AS n_entries,
    code_1,
    code_2,
    code_3,
    code_4
FROM standings
GROUP BY code_1, code_2, code_3, code_4
ORDER BY path_no;

CREATE TABLE prep.journeys AS
SELECT
    standings.lead_no AS lead_no,
    standings.journey_no AS journey_no,
    standings.is_of_lead AS is_of_lead,
    standings.is_of_pass AS is_of_pass,
    standings.n_entries AS n_entries,
    standings.code AS code,
    standings.highest_before AS highest_before,
    standings.entered_at AS entered_at,
    standings.until_at AS until_at,
    prep.paths.path_no AS path_no
FROM standings
INNER JOIN prep.paths
    ON standings.code_1 = prep.paths.code_1
    AND standings.code_2 = prep.paths.code_2
    AND standings.code_3 = prep.paths.code_3
    AND standings.code_4 = prep.paths.code_4
ORDER BY lead_no, journey_no, n_entries;

DROP TABLE entries;
DROP TABLE standings;

-- The deals of known leads by the integer key.
CREATE TABLE prep.deals AS
SELECT
    prep.leads.lead_no AS lead_no,
    deals.opened_at AS opened_at,
    deals.closed_at AS closed_at,
    deals.outcome AS outcome,
    deals.closed_by AS closed_by,
    deals.amount AS amount,
    deals.lost_reason AS lost_reason
FROM deals
INNER JOIN prep.leads ON deals.lead_id = prep.leads.lead_id
ORDER BY lead_no, deals.deal_id;

-- The decision moments: one row per handoff of a known lead, with the moment of the
-- next pass, which ends this one.
CREATE TABLE prep.handoffs AS
SELECT
    CAST(ROW_NUMBER() OVER decision_order - 1 AS INTEGER) AS decision_no,
    prep.leads.lead_no AS lead_no,
    handoffs.handoff_id AS handoff_id,
    handoffs.pass_no AS pass_no,
    handoffs.handed_off_at AS handed_off_at,
    LEAD(handoffs.handed_off_at) OVER (
        PARTITION BY prep.leads.lead_no ORDER BY handoffs.handed_off_at, handoffs.pass_no, handoffs.handoff_id
    ) AS next_handed_off_at,
    handoffs.from_department AS from_department,
    handoffs.to_department AS to_department,
    handoffs.responded_at AS responded_at,
    handoffs.response AS response,
    handoffs.reason_code AS reason_code,
    handoffs.first_contact_at AS first_contact_at
FROM handoffs
INNER JOIN prep.leads ON handoffs.lead_id = prep.leads.lead_id
WINDOW decision_order AS (
    ORDER BY prep.leads.lead_no, handoffs.handed_off_at, handoffs.pass_no, handoffs.handoff_id
)
ORDER BY decision_no;
