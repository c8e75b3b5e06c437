import type { CellOutcome } from '#shared/api/notebook.ts';
import type { EvidenceState, Pin } from '#shared/api/pins.ts';
import type { Cell, QueryParameters, QueryResult, ResultWindow } from '#shared/api/query.ts';
import { chooseColumns } from '#shared/notebook/charts/choose-columns.ts';
import { drawCell, rowsToDraw } from '#shared/notebook/charts/draw-cell.ts';
import { timelineBuckets } from '#shared/notebook/charts/draw-timeline.ts';
import type { CellBlock } from '#shared/notebook/notebook.ts';
import { cellTitle } from '#shared/notebook/parse-notebook.ts';
import { parameterNames } from '#shared/sql/sql-tokens.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import { contentHash } from '#engine/pins/content-hash.ts';
import { maxPinnedRows } from '#engine/pins/pin-record.ts';
import { openPin } from '#engine/pins/pins.ts';
import { usedParameters } from '#engine/query/bound-values.ts';
import { resultLanes } from '#engine/query/lanes.ts';
import { resultStoreOf, textSql } from '#engine/query/result-store.ts';
import { queryWindow } from '#engine/query/run-query.ts';
import type { ResultOrigin } from '#engine/query/statement.ts';
import { findPin } from './find-pin.ts';
import type { ReportCell, ReportParameter, ReportTable } from './report.ts';

export interface CellSources {
  readonly openCase: OpenCase;
  readonly parameters: QueryParameters;
  readonly evidence: EvidenceState;
  /** That may be shown instead of what ran; the first that fits is. */
  readonly pins: readonly Pin[];
  readonly maxRows: number;
}

/** Of a chart's picture in a report, in px. */
const drawingWidth = 900;
/** A chart's table backs the picture; the cell's own view is not a table. */
const rowsBelowChart = 50;
const pageRows = 2000;

/** A cell as it goes into a report. Throws CANCELLED. */
export async function reportCell(
  cell: CellBlock,
  outcome: CellOutcome,
  sources: CellSources,
  signal?: AbortSignal,
): Promise<ReportCell> {
  const { sql, dialect, name } = cell;
  const common = {
    ...{ cellNumber: outcome.index + 1, title: cellTitle(cell, outcome.index), name, sql, dialect },
    parameters: parametersIn(sql, sources.parameters),
  };
  if (outcome.state !== 'done') {
    const { state, reason } = outcome;
    return { ...common, translatedSql: null, reads: [], problems: cell.problems, outcome: { state, reason } };
  }
  const { result } = outcome;
  const { origin } = resultStoreOf(sources.openCase).get(result.resultId);
  const found = origin === null ? null : await pinnedTable(cell, result, origin, sources, signal);
  const live = async (): Promise<ReportTable> => ({
    ...(await tableOf(cell, result, sources, signal)),
    ...{ ranAt: (origin?.ranAt ?? new Date()).toISOString(), elapsedMs: result.elapsedMs, evidence: sources.evidence },
    ...{ contentHash: await hashOf(sources.openCase, result, signal), pin: null },
  });
  return {
    ...common,
    translatedSql: result.translatedSql,
    reads: result.uses.relations,
    problems: [...cell.problems, ...(found?.problem ? [found.problem] : [])],
    outcome: found?.table ?? (await live().catch(failureOf)),
  };
}

/** A result that can't be read to its end, e.g. because newer ones pushed it out. */
function failureOf(error: unknown): ReportCell['outcome'] {
  if (isForeseen(error)) return { state: 'failed', reason: error.message };
  throw error;
}

function isForeseen(error: unknown): error is TrailbenchError {
  return error instanceof TrailbenchError && error.code !== 'CANCELLED' && error.code !== 'NO_CASE';
}

function parametersIn(sql: string, parameters: QueryParameters): readonly ReportParameter[] {
  return Object.entries(usedParameters(parameterNames(sql), parameters)).map(([name, value]) => ({ name, value }));
}

/** The pinned result of the same statement, if there is one, or why it can't be shown. */
async function pinnedTable(
  cell: CellBlock,
  result: QueryResult,
  origin: ResultOrigin,
  sources: CellSources,
  signal: AbortSignal | undefined,
): Promise<{ readonly table?: ReportTable; readonly problem?: string } | null> {
  const { openCase } = sources;
  const pin = findPin(sources.pins, origin);
  if (pin === null) return null;
  try {
    const opened = await openPin(openCase, pin.pinId, signal);
    const hash = await hashOf(openCase, result, signal);
    const { title, note, pinnedAt, operator, ranAt, elapsedMs, evidence } = pin;
    const now = { rowCount: result.rowCount, isSame: hash === pin.contentHash };
    const table = {
      ...(await tableOf(cell, { ...opened, columns: pin.columns }, sources, signal)),
      ...{ ranAt, elapsedMs, evidence, contentHash: pin.contentHash, pin: { title, note, pinnedAt, operator, now } },
    };
    await resultStoreOf(openCase).release(opened.resultId);
    return { table };
  } catch (error) {
    if (!isForeseen(error)) throw error;
    return { problem: `The pinned result “${pin.title}” is not shown: ${error.message}` };
  }
}

async function tableOf(
  cell: CellBlock,
  result: QueryResult,
  { openCase, maxRows }: CellSources,
  signal: AbortSignal | undefined,
): Promise<Omit<ReportTable, 'ranAt' | 'elapsedMs' | 'evidence' | 'contentHash' | 'pin'>> {
  const { columns, rowCount, resultId } = result;
  const choice = chooseColumns(cell.view, cell.options, columns);
  const drawn = cell.view === 'bar' || cell.view === 'line' ? rowsToDraw[cell.view] : 0;
  const rows = await firstRows(openCase, result, Math.max(maxRows, drawn), signal);
  const isTimeline = !('missing' in choice) && choice.view === 'timeline';
  const lanes = isTimeline
    ? await resultLanes(openCase, { ...choice, resultId, buckets: timelineBuckets(drawingWidth), maxLanes: 40 }, signal)
    : null;
  const isValue = !('missing' in choice) && choice.view === 'value' && rows.length > 0;
  const drawing = rowCount === 0 ? null : drawCell(cell, { columns, rows, rowCount, lanes }, drawingWidth);
  const shown = drawing === null ? maxRows : Math.min(maxRows, rowsBelowChart);
  return {
    ...{ state: 'done', columns, rowCount, rows: rows.slice(0, shown), drawing },
    ...(isValue ? { value: rows[0]?.[choice.y] ?? null } : {}),
  };
}

async function firstRows(
  openCase: OpenCase,
  { resultId, window: first, rowCount }: QueryResult,
  count: number,
  signal: AbortSignal | undefined,
): Promise<readonly (readonly Cell[])[]> {
  const wanted = Math.min(rowCount, count);
  const rows: (readonly Cell[])[] = [];
  let window: ResultWindow = first;
  for (;;) {
    for (let row = 0; row < window.rowCount; row += 1) rows.push(window.cells.map((column) => column[row] ?? null));
    if (rows.length >= wanted || window.rowCount === 0) return rows.slice(0, wanted);
    const limit = Math.min(pageRows, wanted - rows.length);
    window = await queryWindow(openCase, { resultId, offset: rows.length, limit }, signal);
  }
}

/** Null for more rows than can be pinned: it would take long. */
async function hashOf(
  openCase: OpenCase,
  { resultId, rowCount }: QueryResult,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  if (rowCount > maxPinnedRows) return null;
  const { columns, relation } = resultStoreOf(openCase).get(resultId);
  const rows = `(SELECT rowNumber, [${columns.map(textSql).join(', ')}]::VARCHAR[] AS cells FROM ${relation})`;
  return openCase.withConnection((connection) => contentHash(connection, columns, rows, rowCount), signal);
}
