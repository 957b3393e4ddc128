-- Everything that happened with one lead, on one axis of time.
-- Reads:   leads, touches, stage_events, handoffs, deals, bant, opt_outs
-- Returns: one row per event, in the order of time: happened_at, lane (created, touch, stage, handoff, answer,
--          contact, bant, deal, opt_out), kind (of touch, stage, response, item, outcome or channel), detail
--          (content, reason, answer of BANT), party (department or direction), pass_no, amount (yen).
WITH events AS (
    SELECT
        leads.created_at AS happened_at, 'created' AS lane, COALESCE(leads.source, '') AS kind,
        leads.campaign AS detail, CAST(NULL AS VARCHAR) AS party, CAST(NULL AS INTEGER) AS pass_no,
        CAST(NULL AS DOUBLE) AS amount, 0 AS rank
    FROM leads
    WHERE leads.lead_id = $lead_id
    UNION ALL
    SELECT touches."at", 'touch', touches.kind, touches.content, touches.direction, NULL, NULL, 1
    FROM touches
    WHERE touches.lead_id = $lead_id
    UNION ALL
    SELECT bant.learned_at, 'bant', bant.item, bant.answer, NULL, NULL, NULL, 2
    FROM bant
    WHERE bant.lead_id = $lead_id
    UNION ALL
    SELECT
        stage_events.entered_at, 'stage', stage_events.stage, stage_events.reason, stage_events.department,
        stage_events.pass_no, NULL, 3
    FROM stage_events
    WHERE stage_events.lead_id = $lead_id
    UNION ALL
    SELECT
        handoffs.handed_off_at, 'handoff', COALESCE(handoffs.to_department, ''), NULL, handoffs.from_department,
        handoffs.pass_no, NULL, 4
    FROM handoffs
    WHERE handoffs.lead_id = $lead_id
    UNION ALL
    SELECT
        handoffs.first_contact_at, 'contact', COALESCE(handoffs.to_department, ''), NULL, handoffs.to_department,
        handoffs.pass_no, NULL, 5
    FROM handoffs
    WHERE handoffs.lead_id = $lead_id AND handoffs.first_contact_at IS NOT NULL
    UNION ALL
    SELECT
        handoffs.responded_at, 'answer', COALESCE(handoffs.response, ''), handoffs.reason_code, handoffs.to_department,
        handoffs.pass_no, NULL, 6
    FROM handoffs
    WHERE handoffs.lead_id = $lead_id AND handoffs.responded_at IS NOT NULL
    UNION ALL
    SELECT deals.opened_at, 'deal', 'opened', NULL, NULL, NULL, CAST(deals.amount AS DOUBLE), 7
    FROM deals
    WHERE deals.lead_id = $lead_id AND deals.opened_at IS NOT NULL
    UNION ALL
    SELECT
        deals.closed_at, 'deal', deals.outcome, deals.lost_reason, deals.closed_by, NULL, CAST(deals.amount AS DOUBLE), 8
    FROM deals
    WHERE deals.lead_id = $lead_id AND deals.closed_at IS NOT NULL
    UNION ALL
    SELECT opt_outs."at", 'opt_out', opt_outs.channel, NULL, NULL, NULL, NULL, 9
    FROM opt_outs
    WHERE opt_outs.lead_id = $lead_id
)

SELECT
    happened_at AS happened_at,
    lane AS lane,
    kind AS kind,
    detail AS detail,
    party AS party,
    pass_no AS pass_no,
    amount AS amount
FROM events
WHERE happened_at <= $as_of
ORDER BY happened_at NULLS LAST, rank NULLS LAST, kind NULLS LAST, detail NULLS LAST
