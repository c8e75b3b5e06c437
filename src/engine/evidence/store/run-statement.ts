import type { DuckDBConnection } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 2;
/**
 * Runs a statement whose work is a single task. `connection.run` would lend DuckDB a thread that has nothing to do
 * and spins until the task is done (PendingQueryResult::ExecuteInternal, "busy wait"): a core lost to the scan workers.
 * So the statement is left to DuckDB's background threads, and only helped if it does not get on for `patienceMs`, when
 * they may be busy with somebody else's: `progress` says how far it is. With one thread there are none in the background.
 */
export async function runInBackground(
  connection: DuckDBConnection,
  sql: string,
  patienceMs: number,
  progress: () => number = () => 0,
): Promise<void> {
  if (!(await hasBackgroundThreads(connection))) {
    await connection.run(sql);
    return;
  }
  const prepared = await connection.prepare(sql);
  try {
    const pending = prepared.start();
    let lastProgress = progress();
    let movedAtMs = performance.now();
    while (!hasEnded(pending['pending_result'])) {
      if (progress() !== lastProgress) {
        lastProgress = progress();
        movedAtMs = performance.now();
      } else if (performance.now() - movedAtMs > patienceMs) break;
      await sleep(pollMs);
    }
    // Takes part in what is left, and brings the error if there is one.
    await pending.getResult();
  } finally {
    prepared.destroySync();
  }
}

async function hasBackgroundThreads(connection: DuckDBConnection): Promise<boolean> {
  const threads = await connection.runAndReadAll("SELECT current_setting('threads')");
  return Number(threads.getRows()[0]![0]) > 1;
}

function hasEnded(pending: Parameters<typeof duckdb.pending_execute_check_state>[0]): boolean {
  const state = duckdb.pending_execute_check_state(pending);
  // The C API has no word for "finished" and says ERROR.
  return state === duckdb.PendingState.RESULT_READY || state === duckdb.PendingState.ERROR;
}
