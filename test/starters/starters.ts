import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenCase } from '#engine/case/open-case.ts';
import { readCaseSpan } from '#engine/case/case-span.ts';
import { runCells } from '#engine/notebook/run-notebook.ts';
import { queryWindow } from '#engine/query/run-query.ts';
import { bindParameters, parametersOf } from '#shared/notebook/bind-parameters.ts';
import type { CellBlock, Notebook } from '#shared/notebook/notebook.ts';
import { cellsOf, parseNotebook } from '#shared/notebook/parse-notebook.ts';

const folder = join(import.meta.dirname, '../../resources/notebooks');

/** File names of the starters, without their ending. */
export const starterNames: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.md'))
  .map((name) => name.replace(/\.md$/, ''))
  .toSorted();

export function readStarter(name: string): Notebook {
  return parseNotebook(readFileSync(join(folder, `${name}.md`), 'utf8'));
}

export interface CellRun {
  readonly cell: CellBlock;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** Why it failed or was not run. */
  readonly problem: string | null;
}

/** Runs every cell in order and reads all its rows. */
export async function runStarter(
  openCase: OpenCase,
  notebook: Notebook,
  texts: Readonly<Record<string, string>> = {},
): Promise<readonly CellRun[]> {
  const span = await readCaseSpan(openCase);
  const { values: parameters, problems } = bindParameters(parametersOf(notebook), texts, span);
  if (Object.keys(problems).length > 0) throw new Error(JSON.stringify(problems));
  const cells = cellsOf(notebook);
  const runs: CellRun[] = [];
  for await (const outcome of runCells({ openCase, title: '', notebook, parameters, span })) {
    const cell = cells[outcome.index];
    if (!cell) throw new RangeError(`No cell ${outcome.index}.`);
    if (outcome.state === 'done') {
      const { resultId, rowCount, columns } = outcome.result;
      const rows = await rowsOf(openCase, resultId, rowCount);
      runs.push({ cell, columns: columns.map((column) => column.name), rows, problem: null });
    } else {
      runs.push({ cell, columns: [], rows: [], problem: outcome.reason });
    }
  }
  return runs;
}

/** All of them, a page at a time. */
async function rowsOf(openCase: OpenCase, resultId: string, rowCount: number): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  while (rows.length < rowCount) {
    const page = await queryWindow(openCase, { resultId, offset: rows.length, limit: 5000 });
    for (let row = 0; row < page.rowCount; row += 1) rows.push(page.cells.map((column) => column[row]));
  }
  return rows;
}

/** `fileId/recordIndex` of every row that is one event: what the page can go to from a result. */
export function eventPlaces(runs: readonly CellRun[]): ReadonlySet<string> {
  const places = new Set<string>();
  for (const { columns, rows } of runs) {
    const [file, record] = [columns.indexOf('fileId'), columns.indexOf('recordIndex')];
    if (file < 0 || record < 0) continue;
    for (const row of rows) places.add(`${String(row[file])}/${String(row[record])}`);
  }
  return places;
}
