-- What was imported, newest first.
-- Reads:   imports
-- Returns: import_id, imported_at, imported_by, files (a JSON list), n_rows, n_imported, n_rejected.
SELECT
    imports.import_id AS import_id,
    imports."at" AS imported_at,
    imports."by" AS imported_by,
    imports.files AS files,
    imports.n_rows AS n_rows,
    imports.n_imported AS n_imported,
    imports.n_rejected AS n_rejected
FROM imports
ORDER BY imports."at" DESC NULLS LAST, imports.import_id DESC
LIMIT $n_most
