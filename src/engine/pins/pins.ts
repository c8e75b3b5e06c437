import { createHash } from 'node:crypto';
import type { Pin, QueryResult } from '#shared/api/index.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import { keepRows } from '#engine/query/run-query.ts';
import { pinnedRows, readPin, readPins, readWholePin } from './pin-record.ts';
import { changePins } from './pin-store.ts';
import { typedCells } from './typed-cells.ts';

export { addPin } from './add-pin.ts';
export { comparePin } from './compare-pin.ts';

/** Newest first; null: of all notebooks and the SQL page. */
export async function listPins(openCase: OpenCase, notebook: string | null): Promise<readonly Pin[]> {
  return openCase.withConnection((connection) =>
    notebook === null ? readPins(connection, 'true') : readPins(connection, 'notebook = $notebook', { notebook }),
  );
}

/**
 * The pinned rows as a kept result, with the names they had, and the types where the texts fit them.
 * Throws NOT_FOUND, CANCELLED, and CASE_DAMAGED if the rows were altered.
 */
export async function openPin(openCase: OpenCase, pinId: number, signal?: AbortSignal): Promise<QueryResult> {
  const { names, cells } = await openCase.withConnection(async (connection) => {
    const { columns } = await readWholePin(connection, pinId);
    const typed = await typedCells(connection, pinnedRows(pinId), columns);
    return { names: columns.map(({ name }) => name), cells: typed };
  }, signal);
  const named = cells.map((cell, index) => `${cell} AS c${index}`);
  const select = `SELECT rowNumber, ${named.join(', ')} FROM ${pinnedRows(pinId)}`;
  return keepRows(openCase, select, {}, signal, names);
}

/** Throws NOT_FOUND. */
export async function setPinNote(openCase: OpenCase, pinId: number, note: string): Promise<Pin> {
  return changePins(openCase, async (connection) => {
    await readPin(connection, pinId);
    await connection.run('UPDATE trailbench.main.pinned_results SET note = $note WHERE pinId = $pinId', {
      note,
      pinId,
    });
    return readPin(connection, pinId);
  });
}

/** Its rows go, too; what it was stays in the custody log. Throws NOT_FOUND. */
export async function removePin(openCase: OpenCase, pinId: number): Promise<void> {
  const removed = await changePins(openCase, async (connection) => {
    const pin = await readPin(connection, pinId);
    await connection.run('DELETE FROM trailbench.main.pinned_rows WHERE pinId = $pinId', { pinId });
    await connection.run('DELETE FROM trailbench.main.pinned_results WHERE pinId = $pinId', { pinId });
    return pin;
  });
  const { title, notebook, cell, sql, rowCount, contentHash } = removed;
  const sqlSha256 = createHash('sha256').update(sql).digest('hex');
  await openCase.recordCustody('pin removed', { pinId, title, notebook, cell, sqlSha256, rowCount, contentHash });
}
