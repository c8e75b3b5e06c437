import type { Cursor } from './cursor.ts';
import { own } from './own.ts';

const onlyReads = 'Trailbench only reads: SELECT, WITH, VALUES and TABLE are translated.';
const noTables =
  'No table has to be made here: the case’s events are in cloudtrail_logs already, under the column names of Athena’s table. Go on with the playbook’s next query.';

const kinds: Readonly<Record<string, string>> = {
  create: noTables,
  msck: noTables,
  alter: noTables,
  drop: `Nothing has to be dropped. ${noTables}`,
  insert: onlyReads,
  update: onlyReads,
  delete: onlyReads,
  merge: onlyReads,
  unload: `${onlyReads} A result is exported from where it is shown.`,
  explain: `${onlyReads} Leave EXPLAIN out.`,
  prepare: `${onlyReads} Give parameters names ($name) instead.`,
  execute: `${onlyReads} Give parameters names ($name) instead.`,
  describe: 'In DuckDB’s SQL, DESCRIBE SELECT * FROM cloudtrail_logs lists the columns; the Schema page explains them.',
  show: 'The Schema page lists the tables and their columns.',
  use: 'There is one database, the case. Leave USE out.',
  set: onlyReads,
};

/** Why a statement is not translated if it is no query: a sentence; null if it may be one. */
export function otherStatement(cursor: Cursor): string | null {
  const word = cursor.peek().text.toLowerCase();
  return cursor.peek().kind === 'word' ? (own(kinds, word) ?? null) : null;
}
