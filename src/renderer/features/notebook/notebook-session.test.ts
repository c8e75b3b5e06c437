import { describe, expect, it } from 'vitest';
import { NotebookSession } from './notebook-session.svelte.ts';
import { TestEngine, TestStorage } from './test-engine.ts';

const text = `---
parameters:
  key: { type: text, default: AKIA1 }
  limit: { type: number, default: many }
---

\`\`\`sql name=base
SELECT 1 AS base_row WHERE x = $key
\`\`\`

\`\`\`sql name=middle
FROM base
\`\`\`

\`\`\`sql
FROM middle LIMIT 5
\`\`\`

\`\`\`sql
SELECT 'alone'
\`\`\`
`;

async function opened(engine: TestEngine, source = text) {
  engine.files.set('n.md', source);
  const state = { evidence: 0 };
  const session = new NotebookSession({
    api: engine.api,
    reference: { place: 'case', name: 'n.md' },
    casePath: '/case',
    span: () => ({ firstEventAt: null, lastEventAt: null }),
    evidence: () => state.evidence,
    storage: new TestStorage(),
  });
  await session.file.load();
  const [base = '', middle = '', last = '', alone = ''] = session.cells.map(({ key }) => key);
  const keys = { base, middle, last, alone };
  const states = (): readonly string[] => session.cells.map(({ key }) => session.runs.runOf(key).state);
  const stale = (): Record<string, string> => {
    const names = Object.entries(keys);
    return Object.fromEntries(
      [...session.runs.stale].map(([key, reason]) => [names.find(([, each]) => each === key)?.[0] ?? key, reason]),
    );
  };
  return { session, runs: session.runs, keys, state, states, stale };
}

describe('running cells', () => {
  it('runs what a cell reads first, and gives it those results under their names', async () => {
    const engine = new TestEngine();
    const { runs, keys, states } = await opened(engine);
    await runs.run([keys.last]);
    expect(engine.given.map(({ sql }) => sql)).toEqual([
      'SELECT 1 AS base_row WHERE x = $key',
      'FROM base',
      'FROM middle LIMIT 5',
    ]);
    expect(engine.given[1]?.relations).toEqual([{ name: 'base', resultId: 'result 1' }]);
    expect(engine.given[2]?.relations).toEqual([{ name: 'middle', resultId: 'result 2' }]);
    expect(states()).toEqual(['done', 'done', 'done', 'idle']);
  });

  it('runs each once in “run all”, and what is up to date not again for a reader', async () => {
    const engine = new TestEngine();
    const { runs, keys } = await opened(engine);
    await runs.runAll();
    expect(engine.given.length).toBe(4);
    await runs.run([keys.last]);
    expect(engine.given.length).toBe(5);
    await runs.runFrom(keys.last);
    expect(engine.given.slice(5).map(({ sql }) => sql)).toEqual(['FROM middle LIMIT 5', "SELECT 'alone'"]);
  });

  it('goes on after a cell that failed, but not with those that read it', async () => {
    const engine = new TestEngine();
    engine.failing.add('base_row');
    const { runs, keys, states } = await opened(engine);
    await runs.runAll();
    expect(states()).toEqual(['failed', 'skipped', 'skipped', 'done']);
    expect(runs.runOf(keys.middle).skipReason).toContain('base');
    expect(runs.runOf(keys.base).failedSql).toBe('SELECT 1 AS base_row WHERE x = $key');
    expect(engine.given.length).toBe(2);
    engine.failing.clear();
    await runs.run([keys.last]);
    expect(states()).toEqual(['done', 'done', 'done', 'done']);
  });

  it('says what is wrong with a parameter instead of running', async () => {
    const engine = new TestEngine();
    const { session, runs, keys } = await opened(engine);
    session.document.writeSql(keys.alone, 'SELECT $limit');
    await runs.run([keys.alone]);
    expect(engine.given).toEqual([]);
    expect(String(runs.runOf(keys.alone).error)).toContain('$limit');
    session.typed.set('limit', '5');
    await runs.run([keys.alone]);
    expect(engine.given[0]?.parameters).toMatchObject({ limit: { type: 'number', value: '5' } });
  });

  it('cancels what runs and what waits, and keeps what was there', async () => {
    const engine = new TestEngine();
    const { runs, keys, states } = await opened(engine);
    await runs.run([keys.base]);
    engine.held.set('base_row', new Promise(() => {}));
    const running = runs.runAll();
    expect(states()).toEqual(['running', 'queued', 'queued', 'queued']);
    runs.cancel(keys.alone);
    expect(states()[3]).toBe('idle');
    runs.cancelAll();
    await running;
    expect(states()).toEqual(['done', 'idle', 'idle', 'idle']);
    expect(runs.runOf(keys.base).view?.result.resultId).toBe('result 1');
    expect(runs.isRunning).toBe(false);
  });

  it('lets go of every result when it is closed, and of one that a newer took the place of', async () => {
    const engine = new TestEngine();
    const { session, runs, keys } = await opened(engine);
    await runs.run([keys.base]);
    await runs.run([keys.base]);
    expect(engine.released).toEqual(['result 1']);
    session.close();
    expect(engine.released).toEqual(['result 1', 'result 2']);
  });
});

describe('what is out of date', () => {
  it('is what depends on a parameter that has another value, and what reads that', async () => {
    const engine = new TestEngine();
    const { session, runs, stale } = await opened(engine);
    await runs.runAll();
    expect(stale()).toEqual({});
    session.typed.set('key', 'AKIA2');
    expect(stale()).toEqual({ base: 'parameters', middle: 'upstream', last: 'upstream' });
    session.typed.set('key', null);
    expect(stale()).toEqual({});
  });

  it('is a cell whose SQL or dialect changed, and what reads it; running that mends the chain', async () => {
    const engine = new TestEngine();
    const { session, runs, keys, stale } = await opened(engine);
    await runs.runAll();
    session.document.writeSql(keys.middle, 'FROM base LIMIT 1');
    expect(stale()).toEqual({ middle: 'statement', last: 'upstream' });
    await runs.run([keys.middle]);
    expect(stale()).toEqual({ last: 'upstream' });
    session.document.setOptions(keys.alone, { dialect: 'athena' });
    expect(stale()).toEqual({ last: 'upstream', alone: 'statement' });
    session.document.setOptions(keys.alone, { dialect: null, view: 'bar' });
    expect(stale()).toEqual({ last: 'upstream' });
  });

  it('is everything once the evidence changed, or the engine was restarted', async () => {
    const engine = new TestEngine();
    const { runs, state, stale } = await opened(engine);
    await runs.runAll();
    state.evidence += 1;
    expect(stale()).toEqual({ base: 'evidence', middle: 'evidence', last: 'evidence', alone: 'evidence' });
    runs.markGone();
    expect(stale()).toEqual({ base: 'gone', middle: 'gone', last: 'gone', alone: 'gone' });
  });

  it('is what reads a cell that lost its name, moved behind its reader or went away', async () => {
    const engine = new TestEngine();
    const { session, runs, keys, stale } = await opened(engine);
    await runs.runAll();
    session.document.setOptions(keys.base, { name: null });
    expect(stale()).toEqual({ middle: 'upstream', last: 'upstream' });
    session.document.undo();
    expect(stale()).toEqual({});
    session.document.move(keys.base, 1);
    expect(stale()).toEqual({ middle: 'upstream', last: 'upstream' });
    session.document.undo();
    session.document.remove(keys.base);
    expect(stale()).toEqual({ middle: 'upstream', last: 'upstream' });
    session.document.undo();
    // The removed cell came back with its result.
    expect(stale()).toEqual({});
  });
});
