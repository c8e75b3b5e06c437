import { describe, expect, it } from 'vitest';
import type { Api } from '#shared/api/index.ts';
import { QuerySession } from './query-session.svelte.ts';

class FakeStorage implements Pick<Storage, 'getItem' | 'setItem'> {
  readonly items = new Map<string, string>();
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
}

/** An engine that refuses what it is asked, and remembers it. */
function refusing() {
  const asked: unknown[] = [];
  const run = (input: unknown): Promise<never> => {
    asked.push(input);
    return Promise.reject(new Error('refused'));
  };
  return { asked, api: { query: { run } } as unknown as Api };
}

function session(casePath: string, storage: FakeStorage, api: Api = refusing().api): QuerySession {
  return new QuerySession(api, casePath, storage as unknown as Storage);
}

describe('a session', () => {
  it('keeps text, dialect and parameters, for each case its own', () => {
    const storage = new FakeStorage();
    const first = session('/cases/a', storage);
    first.setDialect('athena');
    first.showTranslation(true);
    first.write('SELECT $key');
    first.setParameter('key', 'AKIA');
    first.close();
    const again = session('/cases/a', storage);
    expect([again.text, again.dialect, again.showsTranslation, again.parameters]).toEqual([
      ...['SELECT $key', 'athena', true],
      { key: 'AKIA' },
    ]);
    expect(session('/cases/b', storage)).toMatchObject({ text: '', dialect: 'duckdb', showsTranslation: false });
  });

  it('reads what was kept before there was a dialect', () => {
    const storage = new FakeStorage();
    storage.setItem('trailbench.sql./a', JSON.stringify({ text: 'SELECT 1', parameters: {}, history: [] }));
    expect(session('/a', storage)).toMatchObject({ text: 'SELECT 1', dialect: 'duckdb' });
    storage.setItem('trailbench.sql./a', 'no JSON');
    expect(session('/a', storage)).toMatchObject({ text: '', dialect: 'duckdb' });
  });

  it('runs in the dialect that is chosen, and remembers it with the statement', async () => {
    const { asked, api } = refusing();
    const query = session('/a', new FakeStorage(), api);
    query.setDialect('athena');
    query.write('SELECT $a, $b FROM cloudtrail_logs');
    query.setParameter('a', 'x');
    await query.run();
    expect(asked).toEqual([
      { sql: 'SELECT $a, $b FROM cloudtrail_logs', dialect: 'athena', parameters: { a: 'x', b: null } },
    ]);
    expect(query.failedText).toBe('SELECT $a, $b FROM cloudtrail_logs');
    query.replace('FROM events', 'duckdb');
    query.replace('FROM files', 'duckdb');
    expect(query.history.map(({ sql, dialect }) => [sql, dialect])).toEqual([
      ['FROM events', 'duckdb'],
      ['SELECT $a, $b FROM cloudtrail_logs', 'athena'],
    ]);
    query.close();
  });
});
