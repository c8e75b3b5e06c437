import type { Api, CellOutcome, QueryResult, ResultWindow } from '#shared/api/index.ts';
import type { Notebook } from '#shared/notebook/notebook.ts';
import { cellsOf, cellTitle } from '#shared/notebook/parse-notebook.ts';
import { terminalJson, terminalText } from '../terminal-text.ts';
import type { ResultFormat } from './format.ts';
import { createJsonFormat } from './json.ts';
import { durationText, numberText } from './summary.ts';
import { createTableFormat } from './table.ts';

/** Writes what a cell gave, piece by piece. */
export type WriteCell = (
  api: Api,
  notebook: Notebook,
  outcome: CellOutcome,
  maxRows: number,
  signal: AbortSignal,
) => AsyncGenerator<string, void>;

/** For people: the cell's title, a table, and a line about it. */
export const cellText: WriteCell = async function* (api, notebook, outcome, maxRows, signal) {
  yield `[${outcome.index + 1}] ${terminalText(titleOf(notebook, outcome))}\n`;
  for (const problem of cellsOf(notebook)[outcome.index]?.problems ?? []) yield `Note: ${terminalText(problem)}\n`;
  if (outcome.state !== 'done') {
    yield `${outcome.state}: ${outcome.reason.split('\n').map(terminalText).join('\n')}\n`;
    return;
  }
  const { result } = outcome;
  const rowCount = numberText(result.rowCount);
  if (result.rowCount > 0) yield* rowsAs(createTableFormat(), api, result, maxRows, signal);
  const shown =
    result.rowCount > maxRows
      ? `first ${numberText(maxRows)} of ${rowCount} rows`
      : `${rowCount} ${result.rowCount === 1 ? 'row' : 'rows'}`;
  yield `${shown}, ${durationText(result.elapsedMs)}\n`;
};

/** One JSON object. */
export const cellJson: WriteCell = async function* (api, notebook, outcome, maxRows, signal) {
  const { index, name, state, sql } = outcome;
  const problems = cellsOf(notebook)[index]?.problems ?? [];
  const common = { number: index + 1, title: titleOf(notebook, outcome), name, state, problems, sql };
  if (outcome.state !== 'done') {
    yield terminalJson(JSON.stringify({ ...common, reason: outcome.reason }));
    return;
  }
  const { columns, rowCount, elapsedMs, translatedSql } = outcome.result;
  const head = JSON.stringify({
    ...common,
    reason: null,
    translatedSql,
    elapsedMs,
    rowCount,
    columns: columns.map(({ name: column, type }) => ({ name: column, type })),
  });
  yield `${terminalJson(head).slice(0, -1)},"rows":`;
  let rows = '';
  for await (const text of rowsAs(createJsonFormat({ isLines: false }), api, outcome.result, maxRows, signal)) {
    yield rows;
    rows = text;
  }
  yield `${rows.trimEnd()}}`;
};

function titleOf(notebook: Notebook, { index, name }: CellOutcome): string {
  return cellTitle(cellsOf(notebook)[index] ?? { options: {}, name }, index);
}

/** Rows fetched at a time. */
const pageRows = 2000;

async function* rowsAs(
  format: ResultFormat,
  api: Api,
  result: QueryResult,
  maxRows: number,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const wanted = Math.min(maxRows, result.rowCount);
  let window = cut(result.window, wanted);
  yield format.begin(result.columns, window);
  for (;;) {
    yield format.rows(window);
    const offset = window.offset + window.rowCount;
    if (offset >= wanted || window.rowCount === 0) break;
    const limit = Math.min(pageRows, wanted - offset);
    window = await api.query.window({ resultId: result.resultId, offset, limit }, { signal });
  }
  yield format.end();
}

function cut(window: ResultWindow, rowCount: number): ResultWindow {
  return window.rowCount <= rowCount
    ? window
    : { ...window, rowCount, cells: window.cells.map((column) => column.slice(0, rowCount)) };
}
