import { provenanceColumn, type Table } from './table.ts';

const required = { isRequired: true };

/** Results kept from notebooks and the SQL page. */
export const pinnedResultsTable: Table = {
  name: 'pinned_results',
  kind: 'work',
  description:
    'Pinned results: the statement, its parameters, when it ran, on which evidence, and the hash of what it gave.',
  columns: [
    provenanceColumn('pinId', 'INTEGER', 'Number of the pin, from 1.', required),
    provenanceColumn('notebook', 'VARCHAR', 'File name of the notebook; empty for the SQL page.'),
    provenanceColumn('cell', 'VARCHAR', 'Name of the cell, if it has one.'),
    provenanceColumn('title', 'VARCHAR', 'What the pin is called.', required),
    provenanceColumn('note', 'VARCHAR', 'What its author wrote about it.', required),
    provenanceColumn('sql', 'VARCHAR', 'The statement as it was written.', required),
    provenanceColumn('dialect', 'VARCHAR', 'duckdb or athena.', required),
    provenanceColumn('translatedSql', 'VARCHAR', 'The statement that ran, if it was written in Athena’s dialect.'),
    provenanceColumn('parameters', 'JSON', 'The values that were bound.', required),
    provenanceColumn(
      'upstream',
      'JSON',
      'The named cells that it read: name, statement and parameters of each.',
      required,
    ),
    provenanceColumn('columns', 'JSON', 'Names and types of the result’s columns.', required),
    provenanceColumn('rowCount', 'BIGINT', 'Rows of the result, all of them in pinned_rows.', required),
    provenanceColumn('contentHash', 'VARCHAR', 'SHA-256 over the columns and rows as text.', required),
    provenanceColumn(
      'evidence',
      'JSON',
      'The imports, files and events there were, and a hash over the files.',
      required,
    ),
    provenanceColumn('ranAt', 'TIMESTAMP', 'When the statement ran (UTC).', required),
    provenanceColumn('elapsedMs', 'BIGINT', 'How long it ran, in milliseconds.', required),
    provenanceColumn('pinnedAt', 'TIMESTAMP', 'When it was pinned (UTC).', required),
    provenanceColumn('operator', 'VARCHAR', 'User and host.', required),
    provenanceColumn('application', 'VARCHAR', 'Trailbench’s version.', required),
  ],
};

export const pinnedRowsTable: Table = {
  name: 'pinned_rows',
  kind: 'work',
  description: 'The rows of pinned results, each cell as text.',
  columns: [
    provenanceColumn('pinId', 'INTEGER', 'The pin: pinned_results.pinId.', required),
    provenanceColumn('rowNumber', 'BIGINT', 'Place of the row in the result, from 1.', required),
    provenanceColumn('cells', 'VARCHAR[]', 'The row’s cells as text, in the order of the columns.', required),
  ],
};
