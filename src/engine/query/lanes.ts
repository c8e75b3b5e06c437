import { BIGINT, LIST, VARCHAR, listValue, type DuckDBConnection } from '@duckdb/node-api';
import { TrailbenchError } from '#shared/api/errors.ts';
import { laneKinds, type Lane, type LaneMark, type Lanes } from '#shared/api/query.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import { microsOf } from '#engine/timeline/view-sql.ts';
import { readCells } from './cells.ts';
import { resultError, resultStoreOf, textSql, type StoredColumn, type StoredResult } from './result-store.ts';
import { timeSql } from './time-columns.ts';

export interface LanesRequest {
  readonly resultId: string;
  readonly time: number;
  readonly end?: number | null;
  readonly lane?: number | null;
  readonly outcome?: number | null;
  readonly readOnly?: number | null;
  readonly range?: { readonly fromMicros: number; readonly toMicros: number } | null;
  readonly buckets: number;
  readonly maxLanes: number;
}

/** More could neither be drawn nor told apart. */
const mostMarks = 200_000;

/**
 * A kept result by time; see the contract. Reads two or three of its columns twice: for the lanes (once a result), and for the
 * marks of those that are shown. Throws RESULT_GONE, BAD_INPUT (no such column, or one of the wrong type) and CANCELLED.
 */
export async function resultLanes(openCase: OpenCase, request: LanesRequest, signal?: AbortSignal): Promise<Lanes> {
  const result = resultStoreOf(openCase).get(request.resultId);
  const source = sourceSql(result, request);
  const range = request.range ? spanOf(microsOf(request.range.fromMicros), microsOf(request.range.toMicros)) : null;
  try {
    return await openCase.withConnection(async (connection) => {
      const found = await lanesOf(result, source, request.maxLanes, connection);
      const span = range ?? found.span;
      const buckets = bucketsOf(
        span,
        Math.min(request.buckets, Math.floor(mostMarks / Math.max(1, found.lanes.length))),
      );
      const marks = await readMarks(connection, source, found.lanes, span, buckets.size);
      const shown = found.lanes.reduce((sum, { rowCount }) => sum + rowCount, 0);
      return {
        ...{ fromMicros: Number(span.from), bucketMicros: Number(buckets.size), bucketCount: buckets.count },
        lanes: found.lanes.map((lane, index): Lane => ({ ...lane, marks: marks[index] ?? [] })),
        laneCount: found.laneCount,
        rowsInOtherLanes: found.timedRows - shown,
        rowsWithoutTime: found.rowCount - found.timedRows,
      };
    }, signal);
  } catch (error) {
    throw resultError(error);
  }
}

interface Span {
  readonly from: bigint;
  /** Exclusive. */
  readonly to: bigint;
}

function spanOf(from: bigint, to: bigint): Span {
  if (to <= from) throw new TrailbenchError('BAD_INPUT', 'A range of time must end after it begins.');
  return { from, to };
}

function bucketsOf({ from, to }: Span, maxCount: number): { readonly size: bigint; readonly count: number } {
  const most = BigInt(Math.max(1, Math.trunc(maxCount)));
  const size = to === from ? 1n : (to - from + most - 1n) / most;
  return { size, count: Number((to - from + size - 1n) / size) };
}

/** SQL of a relation with `rowNumber`, `lane` (text), `began` and `ended` (microseconds) and `kind` (index of laneKinds). */
function sourceSql(result: StoredResult, request: LanesRequest): string {
  const { time, end = null, lane = null, outcome = null, readOnly = null } = request;
  const at = (index: number, type?: string): StoredColumn => {
    const column = result.columns[index];
    if (!column) throw new TrailbenchError('BAD_INPUT', `The result has no column ${index}.`);
    if (type !== undefined && column.type !== type) {
      throw new TrailbenchError('BAD_INPUT', `The column “${column.name}” is ${column.type}, not ${type}.`);
    }
    return column;
  };
  const began = timeSql(at(time), time);
  const ended = end === null ? 'NULL::BIGINT' : timeSql(at(end), end);
  const label = lane === null ? 'NULL::VARCHAR' : textSql(at(lane), lane);
  const isDenied = outcome === null ? 'false' : at(outcome, 'VARCHAR') && `c${outcome} = 'denied'`;
  const isReading = readOnly === null ? 'NULL::BOOLEAN' : at(readOnly, 'BOOLEAN') && `c${readOnly}`;
  // Of ranges that end before they begin, or whose end is not known, the beginning is what there is.
  return `(SELECT rowNumber, lane, began, CASE WHEN began IS NOT NULL THEN greatest(began, ended) END AS ended, kind FROM (
      SELECT rowNumber, ${label} AS lane, ${began} AS began, ${ended} AS ended,
        CASE WHEN ${isDenied} THEN 0 WHEN NOT ${isReading} THEN 1 WHEN ${isReading} THEN 2 END AS kind
      FROM ${result.relation}))`;
}

interface FoundLanes {
  readonly lanes: readonly Omit<Lane, 'marks'>[];
  readonly laneCount: number;
  readonly rowCount: number;
  readonly timedRows: number;
  /** From the first time to the last; empty without any. */
  readonly span: Span;
}

/** The lanes of each result that was asked for: zooming asks for the same ones again and again. */
const knownLanes = new WeakMap<StoredResult, Map<string, FoundLanes>>();

async function lanesOf(
  result: StoredResult,
  source: string,
  maxLanes: number,
  connection: DuckDBConnection,
): Promise<FoundLanes> {
  const known = knownLanes.get(result) ?? new Map<string, FoundLanes>();
  knownLanes.set(result, known);
  const key = `${maxLanes} ${source}`;
  const found = known.get(key) ?? (await findLanes(connection, source, maxLanes));
  known.set(key, found);
  return found;
}

async function findLanes(connection: DuckDBConnection, source: string, maxLanes: number): Promise<FoundLanes> {
  const reader = await connection.runAndReadAll(
    `SELECT count(*) FILTER (timed > 0), sum(total)::BIGINT, sum(timed)::BIGINT, min(began), max(ended),
       to_json(min({'began': began, 'lane': lane, 'timed': timed}, $maxLanes) FILTER (timed > 0))::VARCHAR
     FROM (SELECT lane, count(*) AS total, count(began) AS timed, min(began) AS began, max(ended) AS ended
       FROM ${source} GROUP BY lane)`,
    { maxLanes: BigInt(Math.trunc(maxLanes)) },
    { maxLanes: BIGINT },
  );
  const [laneCount, rowCount, timedRows, from, to, lanes] = reader.getRows()[0] ?? [];
  const first = (JSON.parse(String(lanes ?? '[]')) ?? []) as readonly { lane: string | null; timed: number }[];
  return {
    lanes: first.map(({ lane, timed }) => ({ label: lane, rowCount: timed })),
    laneCount: Number(laneCount ?? 0),
    rowCount: Number(rowCount ?? 0),
    timedRows: Number(timedRows ?? 0),
    span: typeof from === 'bigint' && typeof to === 'bigint' ? { from, to: to + 1n } : { from: 0n, to: 0n },
  };
}

async function readMarks(
  connection: DuckDBConnection,
  source: string,
  lanes: FoundLanes['lanes'],
  { from, to }: Span,
  size: bigint,
): Promise<readonly (readonly LaneMark[])[]> {
  const marks: LaneMark[][] = lanes.map(() => []);
  if (lanes.length === 0) return marks;
  const bucketOf = (micros: string): string => `(least(greatest(${micros}, $from), $to - 1) - $from) // $size`;
  const marked = `(SELECT number AS lane, ${bucketOf('began')} AS first, max(${bucketOf('ended')}) AS last,
      count(*) AS rowCount, min(rowNumber) - 1 AS row, min(kind) AS kind
    FROM ${source} AS source
    JOIN (SELECT unnest($labels) AS label, unnest(range(len($labels))) AS number) ON lane IS NOT DISTINCT FROM label
    WHERE began < $to AND ended >= $from GROUP BY ALL)`;
  const columns = ['lane', 'first', 'last', 'rowCount', 'row', 'kind'];
  const values = { from, to, size, labels: listValue(lanes.map(({ label }) => label)) };
  const types = { from: BIGINT, to: BIGINT, size: BIGINT, labels: LIST(VARCHAR) };
  const { rowCount, cells } = await readCells(connection, columns, marked, 'lane, first', values, types);
  for (let index = 0; index < rowCount; index += 1) {
    const [lane, first, last, count, row, kind] = cells.map((column) => column[index] ?? null);
    marks[Number(lane)]?.push({
      ...{ from: Number(first), to: Number(last), count: Number(count), row: Number(row) },
      kind: kind === null ? null : (laneKinds[Number(kind)] ?? null),
    });
  }
  return marks;
}
