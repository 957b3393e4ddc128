-- Who gave scores, on which axes.
-- Reads:   prep.outside_scores
-- Returns: one row per scorer and axis.
SELECT
    prep.outside_scores.scorer AS scorer,
    prep.outside_scores.axis AS axis,
    COUNT(*) AS n_scores
FROM prep.outside_scores
GROUP BY prep.outside_scores.scorer, prep.outside_scores.axis
