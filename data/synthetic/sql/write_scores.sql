-- A score from outside for part of the leads: it knows the truth, through a lot of noise.
-- Its last run, at the end of the data, scores the newest leads.
-- Reads:  reviewed_all, lead
-- Adds to: scores
INSERT INTO scores (lead_id, scored_at, scorer, axis, score)
WITH scored AS (
    SELECT lead_no, "at", true_fit, true_engagement FROM reviewed_all
    WHERE uniform(lead_no, 'vendor') < $vendor_p_scored
    UNION ALL
    SELECT lead_no, $as_of_second AS "at", 0 AS true_fit, 0 AS true_engagement FROM lead
    WHERE created_at > $as_of_second - 3 * 86400 AND uniform(lead_no, 'vendor') < $vendor_p_scored
),

by_axis AS (
    SELECT
        scored.lead_no AS lead_no,
        scored."at" AS "at",
        axis.axis AS axis,
        CASE axis.axis WHEN 'fit' THEN 45 + 5 * scored.true_fit ELSE 20 + 4 * scored.true_engagement END
        + $vendor_noise * normal(scored.lead_no * 2 + axis.axis_no, 'vendor ' || CAST(scored."at" AS VARCHAR)) AS score
    FROM scored
    CROSS JOIN (VALUES (0, 'fit'), (1, 'engagement')) AS axis (axis_no, axis)
)

SELECT
    lead.lead_id AS lead_id,
    moment(by_axis."at") AS scored_at,
    $vendor_scorer AS scorer,
    by_axis.axis AS axis,
    CAST(greatest(0, least(100, round(by_axis.score))) AS DECIMAL(18, 2)) AS score
FROM by_axis
INNER JOIN lead ON by_axis.lead_no = lead.lead_no
ORDER BY by_axis.lead_no, by_axis."at", by_axis.axis;
