import type { Cell, ResultColumn, ResultWindow } from '#shared/api/index.ts';

/** Writes a result piece by piece, so that its size does not matter. */
export interface ResultFormat {
  /** `first` is the window that `rows` gets first too: formats that align take their measure from it. */
  begin(columns: readonly ResultColumn[], first: ResultWindow): string;
  rows(window: ResultWindow): string;
  end(): string;
}

/** The window's rows; a column that is missing reads as NULL. */
export function* rowsOf(window: ResultWindow): Generator<readonly Cell[]> {
  for (let row = 0; row < window.rowCount; row += 1) {
    yield window.cells.map((column) => column[row] ?? null);
  }
}
