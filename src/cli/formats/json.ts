import type { Cell, ResultColumn } from '#shared/api/index.ts';
import { terminalJson } from '../terminal-text.ts';
import { rowsOf, type ResultFormat } from './format.ts';

const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const numberTypes = /^(BIGINT|UBIGINT|HUGEINT|UHUGEINT|FLOAT|DOUBLE|DECIMAL\b.*)$/;

/**
 * Objects by column name, as one array or one a line. Numbers keep every digit (a reader that holds them as doubles
 * rounds beyond 2^53); NaN and infinities are text; JSON columns and nested values are embedded as they are.
 */
export function createJsonFormat({ isLines }: { readonly isLines: boolean }): ResultFormat {
  let keys: readonly string[] = [];
  let columns: readonly ResultColumn[] = [];
  let isFirst = true;
  const object = (cells: readonly Cell[]): string => {
    const members = cells.map((cell, index) => `${keys[index]}:${jsonValue(cell, columns[index])}`);
    return terminalJson(`{${members.join(',')}}`);
  };
  return {
    begin(given) {
      columns = given;
      keys = uniqueNames(given.map((column) => column.name)).map((name) => JSON.stringify(name));
      return isLines ? '' : '[';
    },
    rows(window) {
      const objects = [...rowsOf(window)].map(object);
      if (isLines) return objects.map((text) => `${text}\n`).join('');
      const lead = isFirst ? '\n' : ',\n';
      if (objects.length > 0) isFirst = false;
      return objects.length > 0 ? lead + objects.join(',\n') : '';
    },
    end: () => (isLines ? '' : '\n]\n'),
  };
}

function jsonValue(cell: Cell, column: ResultColumn | undefined): string {
  if (typeof cell !== 'string') return JSON.stringify(cell);
  if (column?.encoding === 'json') return isJson(cell) ? cell : JSON.stringify(cell);
  if (column && numberTypes.test(column.type) && jsonNumber.test(cell)) return cell;
  return JSON.stringify(cell);
}

/** Nested values that hold NaN or an infinity are not JSON. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A second column of a name becomes `name:1`, as DuckDB calls it too, so that no value is lost. */
export function uniqueNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let number = 1; taken.has(unique); number += 1) unique = `${name}:${number}`;
    taken.add(unique);
    return unique;
  });
}
