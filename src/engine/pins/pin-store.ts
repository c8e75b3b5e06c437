import type { DuckDBConnection } from '@duckdb/node-api';
import type { OpenCase } from '#engine/case/open-case.ts';
import { SerialQueue } from '#engine/serial-queue.ts';

const turns = new WeakMap<OpenCase, SerialQueue>();

/** Runs `work` in one transaction; changes of a case's pins take turns. Pages are told afterwards. */
export async function changePins<T>(
  openCase: OpenCase,
  work: (connection: DuckDBConnection) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const queue = turns.get(openCase) ?? new SerialQueue();
  turns.set(openCase, queue);
  const outcome = await queue.run(() =>
    openCase.withConnection(async (connection) => {
      await connection.run('BEGIN TRANSACTION');
      try {
        const result = await work(connection);
        await connection.run('COMMIT');
        return result;
      } catch (error) {
        await connection.run('ROLLBACK').catch(() => undefined);
        throw error;
      }
    }, signal),
  );
  openCase.notify('pins');
  return outcome;
}

/** Pins follow their notebook to its new name, if `move`, which gives the file that name, succeeds. */
export async function renameNotebookOfPins(
  openCase: OpenCase,
  from: string,
  to: string,
  move: () => Promise<void>,
): Promise<void> {
  await changePins(openCase, async (connection) => {
    await connection.run('UPDATE pinned_results SET notebook = $to WHERE notebook = $from', { from, to });
    await move();
  });
}
