import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cell, QueryParameters, QueryResult, ResultRelation } from '#shared/api/query.ts';
import { notebookEngine } from '../notebook-files/notebook-engine.ts';
import { event, records } from '../support/log-files.ts';

/** An engine with an open case, and short ways to import, run and read. */
export async function pinCase() {
  const made = await notebookEngine();
  const { api, folders, engine } = made;
  let imports = 0;

  /** Imports as many events of each name as said. */
  async function importEvents(counts: Readonly<Record<string, number>>): Promise<void> {
    const folder = join(folders.root, `evidence-${++imports}`);
    await mkdir(folder);
    const list = Object.entries(counts).flatMap(([eventName, count]) =>
      Array.from({ length: count }, () => event({ eventName })),
    );
    await writeFile(join(folder, 'log.json'), records(list));
    const { jobId } = await api.evidence.import({ paths: [folder] });
    for await (const { state } of await api.jobs.watch({ jobId })) {
      if (state === 'failed' || state === 'cancelled') throw new Error(`The import ${state}.`);
    }
  }

  /** All cells of a result, row by row, in pages as the page asks for them. */
  async function rowsOf(result: QueryResult): Promise<Cell[][]> {
    const rows: Cell[][] = [];
    while (rows.length < result.rowCount) {
      const { cells, rowCount } = await api.query.window({
        resultId: result.resultId,
        offset: rows.length,
        limit: 2000,
      });
      for (let row = 0; row < rowCount; row++) rows.push(cells.map((column) => column[row] ?? null));
    }
    return rows;
  }

  const run = (sql: string, parameters: QueryParameters = {}, relations: ResultRelation[] = []) =>
    api.query.run({ sql, parameters, relations });

  async function pin(sql: string, title = 'A pin') {
    const { resultId } = await run(sql);
    return api.pins.add({ resultId, notebook: 'a.md', cell: null, title });
  }

  /** Runs what no user could. */
  const change = (sql: string) => engine.context.requireCase().withConnection((connection) => connection.run(sql));

  return { ...made, importEvents, rowsOf, run, pin, change };
}
