import { eventsTable } from '#shared/tables/events.ts';
import { quoteIdentifier, type Column } from '#shared/tables/table.ts';

/**
 * `plain`: what an analyst would write, the fields that matter with explicit types into a new table (the baseline of
 * ../shared/PERF.md). `same work`: into the product's table, with its columns, derivations and storage options. `auto`:
 * types inferred by DuckDB.
 */
export const readJsonKinds = ['plain', 'same work', 'auto'] as const;
export type ReadJsonKind = (typeof readJsonKinds)[number];

/** What only the import's own scanner finds out: SQL has to leave it empty. */
const withoutSql = new Set(['otherFields', 'eventKey']);

const structure = (fields: Record<string, string>): string =>
  `STRUCT(${Object.entries(fields)
    .map(([name, type]) => `${quoteIdentifier(name)} ${type}`)
    .join(', ')})`;
const texts = (...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, 'VARCHAR']));

const issuer = texts('type', 'principalId', 'arn', 'accountId', 'userName');
const session = texts('creationDate', 'mfaAuthenticated');
const identity = texts('type', 'principalId', 'arn', 'accountId', 'accessKeyId', 'userName', 'invokedBy');
const plainColumns: Record<string, string> = {
  ...{ eventID: 'UUID', eventTime: 'TIMESTAMP', readOnly: 'BOOLEAN', managementEvent: 'BOOLEAN' },
  ...texts('eventName', 'eventSource', 'awsRegion', 'sourceIPAddress', 'userAgent', 'errorCode', 'errorMessage'),
  ...texts('eventVersion', 'eventType', 'eventCategory', 'recipientAccountId', 'requestID', 'sharedEventID'),
  vpcEndpointId: 'VARCHAR',
  ...{ requestParameters: 'JSON', responseElements: 'JSON', additionalEventData: 'JSON', resources: 'JSON' },
  ...{ serviceEventDetails: 'JSON', tlsDetails: 'JSON' },
};
const plainStructure = structure({
  ...plainColumns,
  userIdentity: structure({
    ...identity,
    sessionContext: structure({ sessionIssuer: structure(issuer), attributes: structure(session) }),
  }),
});
const plainValues = [
  ...Object.keys(plainColumns).map((name) => `record.${name}`),
  ...flattened('userIdentity', identity),
  ...flattened('userIdentity.sessionContext.sessionIssuer', issuer),
  ...flattened('userIdentity.sessionContext.attributes', session),
];

/** Each field of an inner object as a column of its own. */
function flattened(path: string, fields: Record<string, string>): string[] {
  const prefix = path.split('.').at(-1);
  return Object.keys(fields).map((name) => `record.${path}.${quoteIdentifier(name)} AS ${prefix}_${name}`);
}

const recordColumns = eventsTable.columns.filter(
  (column) => column.origin === 'record' && !withoutSql.has(column.name),
);

/** Cheaper than the import's check, which also looks at the numbers. */
const sourceIp = `CASE WHEN regexp_full_match(sourceIPAddress, '\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F.]*:[0-9a-fA-F:.]+') THEN sourceIPAddress END`;

/** Every kind needs the variable `paths`; `same work` also the table `evidence_files(path, fileId)` and `events`. */
export function readJsonSql(kind: ReadJsonKind, maximumObjectBytes: number): string {
  const limit = `maximum_object_size = ${maximumObjectBytes}`;
  if (kind === 'auto') {
    return `CREATE TABLE events AS SELECT unnest(Records) AS record FROM read_json_auto(getvariable('paths'), ${limit})`;
  }
  const reading = (type: string): string =>
    `read_json(getvariable('paths'), columns = {Records: '${type.replaceAll("'", "''")}[]'},
      format = 'unstructured', records = true, filename = ${kind === 'same work'}, ${limit})`;
  if (kind === 'plain') {
    return `CREATE TABLE events AS SELECT ${plainValues.join(', ')}
      FROM (SELECT unnest(Records) AS record FROM ${reading(plainStructure)})`;
  }
  const ownStructure = structure(Object.fromEntries(recordColumns.map(({ name, type }) => [name, type])));
  const fields = recordColumns.map((column) => `record.${quoteIdentifier(column.name)}`).join(', ');
  return `INSERT INTO events
    SELECT ${eventsTable.columns.map(valueOf).join(', ')}
    FROM (SELECT ${fields}, fileId, recordIndex
      FROM (SELECT unnest(Records) AS record, generate_subscripts(Records, 1) - 1 AS recordIndex, fileId
        FROM ${reading(ownStructure)} JOIN evidence_files ON path = filename))`;
}

function valueOf(column: Column): string {
  const name = quoteIdentifier(column.name);
  if (withoutSql.has(column.name)) return `NULL AS ${name}`;
  if (column.name === 'sourceIp') return `${sourceIp} AS ${name}`;
  return column.derivation ? `${column.derivation} AS ${name}` : name;
}
