-- Leads with a dense integer key, the first entry of each into each stage, and the handoffs.
-- Reads:  leads, stages, stage_events, deals, handoffs
-- Builds: prep.leads, prep.stage_entries, prep.handoffs

-- An integer key makes every later join and grouping cheap; numbering by time keeps
-- leads of one period together on disk.
CREATE TABLE prep.leads AS
SELECT
    CAST(ROW_NUMBER() OVER (ORDER BY created_at, lead_id) - 1 AS INTEGER) AS lead_no,
    *
FROM leads
ORDER BY lead_no;

-- A lead is in stage `lead` from its creation. Deals are evidence of the last two
-- stages, so that a history with deals but without a record of stages has a funnel too.
CREATE TABLE prep.stage_entries AS
WITH evidence AS (
    SELECT lead_id, 'lead' AS stage, created_at AS entered_at FROM leads
    UNION ALL
    SELECT lead_id, stage, entered_at FROM stage_events
    UNION ALL
    SELECT lead_id, 'opportunity' AS stage, opened_at AS entered_at FROM deals WHERE opened_at IS NOT NULL
    UNION ALL
    SELECT lead_id, 'won' AS stage, closed_at AS entered_at FROM deals WHERE outcome = 'won' AND closed_at IS NOT NULL
)
SELECT
    prep.leads.lead_no AS lead_no,
    stages.position AS position,
    MIN(evidence.entered_at) AS first_entered_at
FROM evidence
INNER JOIN prep.leads ON evidence.lead_id = prep.leads.lead_id
INNER JOIN stages ON evidence.stage = stages.stage
GROUP BY prep.leads.lead_no, stages.position
ORDER BY lead_no, position;

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
