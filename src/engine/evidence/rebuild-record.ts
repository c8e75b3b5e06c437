import type { DuckDBConnection } from '@duckdb/node-api';
import type { RecordPlace } from '#shared/api/evidence.ts';
import type { EventField } from '#shared/api/timeline.ts';
import { eventsTable } from '#shared/tables/events.ts';
import { quoteIdentifier } from '#shared/tables/table.ts';
import { objectMembers, originalKey } from './scan/json-text.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A JSON object as text pieces: a member is text, or again an object where columns and `otherFields` meet. */
type Pieces = Map<string, string | Pieces>;

/** Columns that hold JSON text already; all others are made JSON by DuckDB. */
const recordColumns = eventsTable.columns.filter(
  (column) => column.origin === 'record' && column.name !== 'otherFields',
);

/** `SELECT` list that gives each event's columns as text: JSON of the record columns, and all columns for display. */
const selection = eventsTable.columns
  .map((column) => {
    const name = quoteIdentifier(column.name);
    if (column.type === 'TIMESTAMP') return `strftime(${name}, '%Y-%m-%dT%H:%M:%SZ')`;
    if (column.type === 'JSON') return `${name}::VARCHAR`;
    if (/STRUCT/.test(column.type)) return `to_json(${name})::VARCHAR`;
    return `${name}::VARCHAR`;
  })
  .concat('userIdentity.sessionContext.webIdFederationData.attributes::VARCHAR')
  .join(', ');
const times = eventsTable.columns
  .filter((column) => column.type === 'TIMESTAMP')
  .map((column) => `${quoteIdentifier(column.name)}::VARCHAR`);

/** One event: every column as text, and the record put together again. Null if there is none at this place. */
export async function readEvent(
  connection: DuckDBConnection,
  place: RecordPlace,
): Promise<{ fields: EventField[]; record: string } | null> {
  const reader = await connection.runAndReadAll(
    `SELECT ${selection}, ${times.join(', ')} FROM events WHERE fileId = $1 AND recordIndex = $2`,
    [place.fileId, place.recordIndex],
  );
  const row = reader.getRows()[0] as (string | null)[] | undefined;
  if (!row) return null;
  let time = attributesIndex + 1;
  const fields = eventsTable.columns.map((column, index): EventField => ({
    name: column.name,
    value: (column.type === 'TIMESTAMP' ? row[time++] : row[index]) ?? null,
    origin: column.origin,
  }));
  return { fields, record: rebuildRecord(row) };
}

/**
 * Reads the records of all events that `condition` selects (SQL over `events`; values in `parameters`), in evidence
 * order, page by page.
 */
export async function* readRecords(
  connection: DuckDBConnection,
  condition = 'true',
  pageRows = 2000,
): AsyncGenerator<{ readonly fileId: number; readonly recordIndex: number; readonly record: string }> {
  let after: readonly [number, number] = [-1, -1];
  for (;;) {
    const reader = await connection.runAndReadAll(
      `SELECT ${selection} FROM events WHERE (fileId, recordIndex) > ($1::INTEGER, $2::INTEGER) AND (${condition})
       ORDER BY fileId, recordIndex LIMIT ${pageRows}`,
      [...after],
    );
    const rows = reader.getRows() as (string | null)[][];
    for (const row of rows) {
      const [fileId, recordIndex] = [Number(row[fileIdIndex]), Number(row[recordIndexIndex])];
      after = [fileId, recordIndex];
      yield { fileId, recordIndex, record: rebuildRecord(row) };
    }
    if (rows.length < pageRows) return;
  }
}

const indexOf = (name: string) => eventsTable.columns.findIndex((column) => column.name === name);
const fileIdIndex = indexOf('fileId');
const recordIndexIndex = indexOf('recordIndex');
const otherFieldsIndex = indexOf('otherFields');
/** `attributes` once more by itself: DuckDB's `to_json` writes the numbers of a JSON column inside a STRUCT anew. */
const attributesIndex = eventsTable.columns.length;
const positions = recordColumns.map((column) => ({ column, index: indexOf(column.name) }));

function rebuildRecord(row: readonly (string | null)[]): string {
  const pieces: Pieces = new Map();
  for (const { column, index } of positions) {
    const value = row[index];
    if (value === null || value === undefined) continue;
    if (/STRUCT\(.*\)\[\]$/.test(column.type)) pieces.set(column.name, withoutNulls(value));
    else if (column.type.startsWith('STRUCT')) pieces.set(column.name, structPieces(value, column.name));
    else if (column.type === 'JSON' || column.type === 'BOOLEAN') pieces.set(column.name, value);
    else pieces.set(column.name, JSON.stringify(value));
  }
  const attributes = row[attributesIndex];
  if (attributes) {
    const path = ['userIdentity', 'sessionContext', 'webIdFederationData'];
    path.reduce((object, key) => object.get(key) as Pieces, pieces).set('attributes', attributes);
  }
  const other = row[otherFieldsIndex];
  if (other) {
    const original = merge(pieces, other);
    if (original !== null) return original;
  }
  return render(pieces);
}

/**
 * A STRUCT as JSON, without the members that are NULL: those were absent from the record. In
 * `webIdFederationData`, `attributes` is a JSON column, in which null is a value.
 */
function structPieces(text: string, structName: string): Pieces {
  const bytes = encoder.encode(text);
  const pieces: Pieces = new Map();
  for (const member of objectMembers(bytes, 0, bytes.length)) {
    const value = decoder.decode(bytes.subarray(member.start, member.end));
    if (value === 'null') continue;
    const isStruct = value.startsWith('{') && structName !== 'webIdFederationData';
    pieces.set(member.key, isStruct ? structPieces(value, member.key) : value);
  }
  return pieces;
}

function withoutNulls(text: string): string {
  const list = JSON.parse(text) as (Record<string, string | null> | null)[];
  return JSON.stringify(list, (_key, value: unknown) => (value === null ? undefined : value));
}

/** Lays `otherFields` over the columns. Returns the record whole if it was kept so. */
function merge(pieces: Pieces, otherFields: string): string | null {
  const bytes = encoder.encode(otherFields);
  for (const member of objectMembers(bytes, 0, bytes.length)) {
    const value = decoder.decode(bytes.subarray(member.start, member.end));
    if (member.key === originalKey) return JSON.parse(value) as string;
    const present = pieces.get(member.key);
    if (present instanceof Map && value.startsWith('{')) merge(present, value);
    else pieces.set(member.key, value);
  }
  return null;
}

function render(pieces: Pieces): string {
  const members: string[] = [];
  for (const [key, value] of pieces) {
    members.push(`${JSON.stringify(key)}:${value instanceof Map ? render(value) : value}`);
  }
  return `{${members.join(',')}}`;
}
