import type { Table } from '#shared/tables/table.ts';
import type { OpenCase } from '../case/open-case.ts';
import { insertRows } from '../evidence/store/insert-rows.ts';
import { SerialQueue } from '../serial-queue.ts';

const rowsAtOnce = 1_000;
const writeEveryMs = 2_000;

/** Rows that come one by one, written many at a time. */
export class RowBuffer {
  readonly #openCase: OpenCase;
  readonly #table: Table;
  readonly #turns = new SerialQueue();
  readonly #onError: (error: unknown) => void;
  #rows: Record<string, unknown>[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** `onError` is told if a write in between fails; `flush` rejects if the last one does. */
  constructor(openCase: OpenCase, table: Table, onError: (error: unknown) => void) {
    this.#openCase = openCase;
    this.#table = table;
    this.#onError = onError;
  }

  add(row: Record<string, unknown>): void {
    this.#rows.push(row);
    if (this.#rows.length >= rowsAtOnce) void this.flush().catch(this.#onError);
    else this.#timer ??= setTimeout(() => void this.flush().catch(this.#onError), writeEveryMs);
  }

  /** Writes what was added so far. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const rows = this.#rows;
    this.#rows = [];
    return this.#turns.run(async () => {
      if (rows.length === 0) return;
      await this.#openCase.withConnection((connection) => insertRows(connection, this.#table, rows));
    });
  }
}
