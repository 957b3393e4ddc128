-- What was believed of chosen leads at chosen moments, packed, and when each lead was created.
-- Reads:   moments (what the caller chose), decision_segments, prep.leads
-- Returns: one row per moment, in its order.
SELECT
    moments.moment_no AS moment_no,
    COALESCE(decision_segments.segment_word, 0) AS segment_word,
    prep.leads.created_at AS created_at
FROM moments
INNER JOIN prep.leads ON moments.lead_no = prep.leads.lead_no
LEFT JOIN decision_segments ON moments.moment_no = decision_segments.moment_no
ORDER BY moments.moment_no
