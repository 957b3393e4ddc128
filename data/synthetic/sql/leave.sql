-- Some who were never handed over tire of the mailings.
-- Reads:  lead, handed
-- Adds to: opt_out
INSERT INTO opt_out
SELECT
    lead.lead_no AS lead_no,
    lead.created_at + 86400 + CAST(floor(300 * 86400 * uniform(lead.lead_no, 'leave time')) AS BIGINT) AS "at",
    'email' AS channel
FROM lead
WHERE
    uniform(lead.lead_no, 'leave') < $opt_out_p_never_handed
    AND NOT EXISTS (SELECT 1 FROM handed WHERE handed.lead_no = lead.lead_no);
