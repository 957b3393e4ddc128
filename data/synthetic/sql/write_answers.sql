-- What leads told us: answers about budget, authority, needs and timeframe, and the wish
-- to be left alone.
-- Reads:  handed, lead, opt_out
-- Adds to: bant, opt_outs
INSERT INTO bant (lead_id, item, answer, learned_at, note)
WITH asked AS (
    SELECT
        handed.lead_no AS lead_no,
        bant_item.item AS item,
        handed.entity * 4 + bant_item.item_no AS entity,
        handed.first_contact_at
        + CAST(
            floor(0.4 * (handed.closed_at - handed.first_contact_at)
            * uniform(handed.entity * 4 + bant_item.item_no, 'bant time')) AS BIGINT
        ) AS learned_at,
        CASE
            WHEN handed.is_won THEN 0.85
            WHEN handed.is_opportunity THEN 0.65
            WHEN handed.is_qualified THEN 0.5
            ELSE 0.25
        END AS p_yes
    FROM handed
    CROSS JOIN (VALUES (0, 'budget'), (1, 'authority'), (2, 'needs'), (3, 'timeframe')) AS bant_item (item_no, item)
    WHERE handed.first_contact_at IS NOT NULL AND handed.is_accepted
)

SELECT
    lead.lead_id AS lead_id,
    asked.item AS item,
    CASE
        WHEN uniform(asked.entity, 'bant unknown') < 0.15 THEN 'unknown'
        WHEN uniform(asked.entity, 'bant yes') < asked.p_yes THEN 'yes'
        ELSE 'no'
    END AS answer,
    moment(asked.learned_at) AS learned_at,
    NULL AS note
FROM asked
INNER JOIN lead ON asked.lead_no = lead.lead_no
WHERE asked.learned_at <= $as_of_second AND uniform(asked.entity, 'bant asked') < 0.75
ORDER BY asked.lead_no, asked.learned_at, asked.item;

INSERT INTO opt_outs (lead_id, "at", channel)
SELECT
    lead.lead_id AS lead_id,
    moment(opt_out."at") AS "at",
    opt_out.channel AS channel
FROM opt_out
INNER JOIN lead ON opt_out.lead_no = lead.lead_no
WHERE opt_out."at" <= $as_of_second
ORDER BY opt_out.lead_no, opt_out."at";
