-- The scores other tools gave one lead; as text, so that no digit is lost.
-- Reads:   prep.outside_scores
-- Returns: one row per score, in the order of time.
SELECT
    prep.outside_scores.scorer AS scorer,
    prep.outside_scores.axis AS axis,
    prep.outside_scores.known_at AS known_at,
    CAST(prep.outside_scores.score AS VARCHAR) AS score
FROM prep.outside_scores
WHERE prep.outside_scores.lead_no = $lead_no
ORDER BY prep.outside_scores.known_at NULLS LAST, prep.outside_scores.scorer NULLS LAST
