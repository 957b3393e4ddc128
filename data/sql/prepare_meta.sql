-- The time of the latest recorded event: the default as_of of every analysis.
-- Reads:  all tables of the contract that hold events
-- Builds: meta.data_end
DELETE FROM meta WHERE key = 'data_end';

INSERT INTO meta
WITH latest AS (
    SELECT MAX(created_at) AS "at" FROM leads
    UNION ALL SELECT MAX(known_at) FROM lead_facts
    UNION ALL SELECT MAX("at") FROM touches
    UNION ALL SELECT MAX(entered_at) FROM stage_events
    UNION ALL SELECT MAX(GREATEST(handed_off_at, responded_at, first_contact_at)) FROM handoffs
    UNION ALL SELECT MAX(opened_at) FROM deals
    -- The closing date of an open deal is a forecast, not an event.
    UNION ALL SELECT MAX(closed_at) FROM deals WHERE outcome <> 'open'
    UNION ALL SELECT MAX(learned_at) FROM bant
    UNION ALL SELECT MAX(scored_at) FROM scores
    UNION ALL SELECT MAX("at") FROM opt_outs
)
SELECT 'data_end' AS key, STRFTIME(MAX("at"), '%Y-%m-%dT%H:%M:%S.%f') AS value
FROM latest
HAVING MAX("at") IS NOT NULL;
