import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import {
  allowedFunctionNames,
  allowedInExpressions,
  allowedInFrom,
  exclusionReason,
  isAllowedInExpression,
  isAllowedInFrom,
} from './function-list.ts';

/** Grammar that DuckDB turns into a function of this name without listing it. */
const grammarOnly = new Set(['unnest']);

async function existingFunctions(): Promise<{ name: string; kind: string }[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(
      'SELECT DISTINCT function_name, function_type FROM duckdb_functions() ORDER BY ALL',
    );
    return reader.getRows().map(([name, kind]) => ({ name: String(name), kind: String(kind) }));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe('the list of functions', () => {
  test('has looked at every function of the pinned DuckDB: each is allowed, or excluded for a reason', async () => {
    const unknown = (await existingFunctions()).filter(({ name, kind }) => {
      const isAllowed =
        kind === 'table' || kind === 'table_macro'
          ? isAllowedInFrom(name)
          : kind !== 'pragma' && isAllowedInExpression(name);
      return !isAllowed && exclusionReason(name) === null;
    });
    expect(unknown).toEqual([]);
  });

  test('allows nothing that does not exist', async () => {
    const existing = await existingFunctions();
    const names = (...kinds: string[]) =>
      new Set(existing.filter(({ kind }) => kinds.includes(kind)).map(({ name }) => name.toLowerCase()));
    const values = names('scalar', 'aggregate', 'macro');
    const relations = names('table', 'table_macro');
    const missing = [
      ...Object.values(allowedInExpressions)
        .flat()
        .filter((name) => !values.has(name.toLowerCase()) && !grammarOnly.has(name)),
      ...Object.values(allowedInFrom)
        .flat()
        .filter((name) => !relations.has(name)),
    ];
    expect(missing).toEqual([]);
  });

  test('excludes no aggregate: list_aggregate would reach it by a name in a string', async () => {
    const aggregates = (await existingFunctions()).filter(({ kind }) => kind === 'aggregate');
    expect(aggregates.length).toBeGreaterThan(50);
    expect(aggregates.filter(({ name }) => !isAllowedInExpression(name))).toEqual([]);
  });

  test('contradicts itself only where a relation shares its name with an aggregate', () => {
    const both = [...Object.values(allowedInExpressions), ...Object.values(allowedInFrom)]
      .flat()
      .filter((name) => exclusionReason(name) !== null);
    expect(both.sort()).toEqual(['histogram', 'pg_size_pretty', 'pg_timezone_names', 'pg_typeof']);
  });

  test('names for completion are sorted words', () => {
    const names = allowedFunctionNames();
    expect(names).toContain('regexp_matches');
    expect(names).not.toContain('+');
    expect(names).not.toContain('read_csv');
    expect([...names].sort()).toEqual(names);
  });
});
