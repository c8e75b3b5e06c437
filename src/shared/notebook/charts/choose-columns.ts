import type { ResultColumn } from '../../api/query.ts';
import type { CellView } from '../notebook.ts';
import { isNumberType, isTimeType } from './cell-values.ts';

/** Which columns of a result a view draws, by number from 0. */
export type ColumnChoice = TimelineColumns | BarColumns | LineColumns | ValueColumn | { readonly view: 'table' };

export interface TimelineColumns {
  readonly view: 'timeline';
  readonly time: number;
  /** Of ranges. */
  readonly end: number | null;
  readonly lane: number | null;
  /** What an event did, if the result says it as `events` does. */
  readonly outcome: number | null;
  readonly readOnly: number | null;
}

export interface BarColumns {
  readonly view: 'bar';
  /** Null: bars are named by their row. */
  readonly x: number | null;
  readonly y: number;
  readonly series: number | null;
}

export interface LineColumns {
  readonly view: 'line';
  readonly x: number;
  readonly y: readonly number[];
  /** One line for each of its values. */
  readonly series: number | null;
}

export interface ValueColumn {
  readonly view: 'value';
  readonly y: number;
}

/** Why nothing can be drawn, in a sentence that says what to do. */
export interface MissingColumn {
  readonly missing: string;
}

export const mostLines = 6;

/** Columns that name what happened best, before any other text. */
const laneNames = ['service', 'eventsource', 'actor'];
/** Text columns that hold times in Athena's tables and in what is written for them. */
const timeName = /time|date|At$|_at$/;

/**
 * The columns that the options `time`, `end`, `lane` (timeline), `x`, `y`, `series` (bar, line) and `y` (value) name, whatever
 * their case; what they leave open is chosen by type and name. `y` of lines may name several, with commas between.
 */
export function chooseColumns(
  view: CellView,
  options: Readonly<Record<string, string>>,
  columns: readonly ResultColumn[],
): ColumnChoice | MissingColumn {
  const chooser = new Chooser(options, columns);
  const choice = chooser.choose(view);
  return chooser.problem === null && choice !== null
    ? choice
    : { missing: chooser.problem ?? 'The result has no column to show.' };
}

class Chooser {
  problem: string | null = null;
  readonly #options: Readonly<Record<string, string>>;
  readonly #columns: readonly ResultColumn[];

  constructor(options: Readonly<Record<string, string>>, columns: readonly ResultColumn[]) {
    this.#options = options;
    this.#columns = columns;
  }

  choose(view: CellView): ColumnChoice | null {
    switch (view) {
      case 'table':
        return { view };
      case 'value':
        return this.#columns.length === 0 ? null : { view, y: this.#named('y') ?? 0 };
      case 'timeline':
        return this.#timeline();
      case 'bar':
        return this.#bar();
      case 'line':
        return this.#line();
    }
  }

  #timeline(): TimelineColumns | null {
    const time = this.#namedOfType('time', canBeTime, 'times') ?? this.#firstTime();
    if (time === null) return this.#fail('A timeline needs a column of times. Select eventTime, or choose “table”.');
    const end = this.#namedOfType('end', canBeTime, 'times');
    const isFree = (index: number): boolean => index !== time && index !== end;
    const lane =
      this.#named('lane') ??
      laneNames.map((name) => this.#find(name)).find((index) => index !== null && isFree(index)) ??
      this.#first((column, index) => isFree(index) && column.type === 'VARCHAR');
    return {
      ...{ view: 'timeline', time, end, lane },
      outcome: this.#find('outcome', 'VARCHAR'),
      readOnly: this.#find('readonly', 'BOOLEAN'),
    };
  }

  #bar(): BarColumns | null {
    const named = this.#named('x');
    const y =
      this.#namedOfType('y', isNumber, 'numbers') ?? this.#first((each, index) => index !== named && isNumber(each));
    if (y === null) return this.#fail('Bars need a column of numbers. Select a count or sum, or choose “table”.');
    const series = this.#named('series');
    const isFree = (index: number): boolean => index !== y && index !== series;
    const x =
      named ??
      this.#first((column, index) => isFree(index) && column.type === 'VARCHAR') ??
      this.#first((_, index) => isFree(index));
    return { view: 'bar', x, y, series };
  }

  #line(): LineColumns | null {
    const canBeX = (column: ResultColumn): boolean => canBeTime(column) || isNumber(column);
    const x =
      this.#namedOfType('x', canBeX, 'times or numbers') ?? this.#firstTime() ?? this.#first((each) => isNumber(each));
    if (x === null)
      return this.#fail('Lines need a column of times or numbers to run along. Select one, or choose “bar”.');
    const isY = (column: ResultColumn, index: number): boolean => index !== x && isNumber(column);
    const y = this.#namedLines() ?? this.#columns.flatMap((column, index) => (isY(column, index) ? [index] : []));
    if (y.length === 0) return this.#fail('Lines need a column of numbers. Select a count or sum, or choose “table”.');
    const named = this.#named('series');
    const text = this.#first((column, index) => index !== x && column.type === 'VARCHAR');
    const series = named ?? (y.length === 1 ? text : null);
    return { view: 'line', x, y: series === null ? y : y.slice(0, 1), series };
  }

  #namedLines(): readonly number[] | null {
    const text = this.#options['y']?.trim();
    if (text === undefined || text === '') return null;
    const names = this.#find(text) === null ? text.split(',') : [text];
    const found = names.map((name) => this.#check('y', name, isNumber, 'numbers'));
    return found.every((index) => index !== null) ? found : [];
  }

  #named(option: string): number | null {
    return this.#namedOfType(option, () => true, '');
  }

  #namedOfType(option: string, isFit: (column: ResultColumn) => boolean, what: string): number | null {
    const name = this.#options[option]?.trim();
    return name === undefined || name === '' ? null : this.#check(option, name, isFit, what);
  }

  #check(option: string, name: string, isFit: (column: ResultColumn) => boolean, what: string): number | null {
    const index = this.#find(name.trim());
    const column = index === null ? undefined : this.#columns[index];
    if (column === undefined) {
      const known = this.#columns.slice(0, 12).map((each) => each.name);
      return this.#fail(`The result has no column “${name.trim()}” (option ${option}). It has ${known.join(', ')}.`);
    }
    if (isFit(column)) return index;
    return this.#fail(`The column “${column.name}” (option ${option}) is ${column.type} and holds no ${what}.`);
  }

  #find(name: string, type?: string): number | null {
    const wanted = name.toLowerCase();
    return this.#first(
      (column) => column.name.toLowerCase() === wanted && (type === undefined || column.type === type),
    );
  }

  #firstTime(): number | null {
    const named = this.#find('eventtime');
    if (named !== null && canBeTime(this.#columns[named])) return named;
    return (
      this.#first((column) => isTimeType(column.type)) ??
      this.#first((column) => column.type === 'VARCHAR' && timeName.test(column.name))
    );
  }

  #first(isFit: (column: ResultColumn, index: number) => boolean): number | null {
    const index = this.#columns.findIndex(isFit);
    return index < 0 ? null : index;
  }

  /** The first problem is what is told. */
  #fail(sentence: string): null {
    this.problem ??= sentence;
    return null;
  }
}

export function canBeTime(column: ResultColumn | undefined): boolean {
  return column !== undefined && (isTimeType(column.type) || column.type === 'VARCHAR');
}

function isNumber(column: ResultColumn): boolean {
  return isNumberType(column.type);
}
