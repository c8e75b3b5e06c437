import { eventsTable } from '#shared/tables/events.ts';
import { quoteIdentifier, type Column } from '#shared/tables/table.ts';

/** What only the import's own scanner finds out: SQL has to leave it empty. */
const withoutSql = new Set(['otherFields', 'eventKey']);

const recordColumns = eventsTable.columns.filter(
  (column) => column.origin === 'record' && !withoutSql.has(column.name),
);

/** Cheaper than the import's check, which also looks at the numbers. */
const sourceIp = `CASE WHEN regexp_full_match(sourceIPAddress, '\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F.]*:[0-9a-fA-F:.]+') THEN sourceIPAddress END`;

/**
 * The best plain SQL known for the job: one statement, explicit types, no insertion order, and the product's own
 * derivations. It needs a table `evidence_files(path, fileId)` and
 * the variable `paths`.
 */
export function insertReadJsonSql(maximumObjectBytes: number): string {
  const structure = recordColumns.map((column) => `${quoteIdentifier(column.name)} ${column.type}`).join(', ');
  const fields = recordColumns.map((column) => `record.${quoteIdentifier(column.name)}`).join(', ');
  return `INSERT INTO events
    SELECT ${eventsTable.columns.map(valueOf).join(', ')}
    FROM (SELECT ${fields}, fileId, recordIndex
      FROM (SELECT unnest(Records) AS record, generate_subscripts(Records, 1) - 1 AS recordIndex, fileId
        FROM read_json(getvariable('paths'),
          columns = {Records: 'STRUCT(${structure.replaceAll("'", "''")})[]'},
          format = 'unstructured', records = true, filename = true,
          maximum_object_size = ${maximumObjectBytes})
        JOIN evidence_files ON path = filename))`;
}

function valueOf(column: Column): string {
  const name = quoteIdentifier(column.name);
  if (withoutSql.has(column.name)) return `NULL AS ${name}`;
  if (column.name === 'sourceIp') return `${sourceIp} AS ${name}`;
  return column.derivation ? `${column.derivation} AS ${name}` : name;
}
