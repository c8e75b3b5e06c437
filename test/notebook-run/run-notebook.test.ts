import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CellOutcome, NotebookRunEvent, ParameterTexts } from '#shared/api/notebook.ts';
import { openNotebookCase, records, type NotebookCase } from './notebook-case.ts';

let opened: NotebookCase;
beforeAll(async () => {
  opened = await openNotebookCase();
});
afterAll(() => opened.close());

async function run(text: string, parameters: ParameterTexts = {}): Promise<readonly NotebookRunEvent[]> {
  const events: NotebookRunEvent[] = [];
  for await (const event of await opened.api.notebook.run({ source: { title: 'Test', text }, parameters }))
    events.push(event);
  return events;
}

const outcomesOf = (events: readonly NotebookRunEvent[]): readonly CellOutcome[] =>
  events.flatMap((event) => (event.type === 'cell' ? [event.outcome] : []));

/** Cells of the first window, row by row. */
const rowsOf = (outcome: CellOutcome | undefined): readonly unknown[][] => {
  if (outcome?.state !== 'done') throw new Error(JSON.stringify(outcome));
  const { rowCount, cells } = outcome.result.window;
  return Array.from({ length: rowCount }, (_, row) => cells.map((column) => column[row]));
};

const cell = (sql: string, info = ''): string => `\`\`\`sql ${info}\n${sql}\n\`\`\`\n\n`;

test('cells run in order; named ones are relations for later ones, in either dialect', async () => {
  const events = await run(
    `# Head\n\n${cell('SELECT eventName, eventTime FROM events WHERE eventName = $name', 'name=Chosen')}` +
      cell('SELECT count(*) AS n, min(eventTime) AS first FROM chosen', 'name=counted') +
      cell("SELECT n, date_format(first, '%Y') AS y FROM counted", 'dialect=athena'),
    { name: 'DeleteTrail' },
  ).catch((error: unknown) => error);
  // Not declared: refused with those that there are.
  expect(events).toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('$from, $to') as string });

  const declared = await run(
    `---\nparameters:\n  name: { default: DeleteTrail }\n---\n${cell('SELECT eventName, eventTime FROM events WHERE eventName = $name', 'name=Chosen')}` +
      cell('SELECT count(*) AS n, min(eventTime) AS first FROM chosen', 'name=counted') +
      cell("SELECT n, date_format(first, '%Y') AS y FROM counted", 'dialect=athena'),
  );
  expect(declared[0]).toMatchObject({
    type: 'started',
    title: 'Test',
    cellCount: 3,
    parameters: { name: 'DeleteTrail' },
  });
  const [chosen, counted, athena] = outcomesOf(declared);
  const truth = records.filter(({ eventName }) => eventName === 'DeleteTrail');
  expect(rowsOf(chosen)).toHaveLength(truth.length);
  expect(rowsOf(counted)).toEqual([[String(truth.length), '2023-07-10 12:03:00']]);
  expect(rowsOf(athena)).toEqual([[String(truth.length), '2023']]);
});

test('$from and $to are the case’s span unless given', async () => {
  const text = cell('SELECT count(*) FROM events WHERE eventTime BETWEEN $from AND $to');
  const [all] = outcomesOf(await run(text));
  expect(rowsOf(all)).toEqual([[String(records.length)]]);
  const [part] = outcomesOf(await run(text, { from: '2023-07-10 12:30', to: '2023-07-10T15:00:00+01:00' }));
  const expected = records.filter(
    ({ eventTime }) => eventTime >= '2023-07-10T12:30:00Z' && eventTime <= '2023-07-10T14:00:00Z',
  );
  expect(rowsOf(part)).toEqual([[String(expected.length)]]);
  await expect(run(text, { from: 'yesterday' })).rejects.toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('$from: “yesterday”') as string }); // prettier-ignore
});

test('parameters of every type are values, never SQL', async () => {
  const text =
    '---\nparameters:\n  text: \n  many: { type: list }\n  limit: { type: number, default: 2 }\n  w: { type: range, default: 2023-07-10 12:00/2023-07-10 12:09 }\n---\n' +
    cell(
      'SELECT $text AS t, len($many::VARCHAR[]) AS n, $limit + 1 AS l, count(*) FILTER (WHERE eventTime BETWEEN $w_from AND $w_to) AS c FROM events',
    );
  const hostile = "'; DROP TABLE events; -- $many";
  const [shown] = outcomesOf(await run(text, { text: hostile, many: "a,b'\nc" }));
  expect(rowsOf(shown)).toEqual([[hostile, '2', '3', '10']]);
});

test('what reads a failed cell is skipped with the reason, others go on', async () => {
  const outcomes = outcomesOf(
    await run(
      cell('SELECT nothing FROM events', 'name=first_seen') +
        cell('SELECT * FROM first_seen', 'name=second') +
        cell('SELECT * FROM "SECOND" AS s') +
        cell("SELECT 'first_seen' AS first_seen, count(*) FROM events") +
        cell('WITH first_seen AS (SELECT 1 AS a) SELECT a FROM first_seen') +
        cell('SELEC first_seen') +
        cell('  \n') +
        cell('DELETE FROM events'),
    ),
  );
  expect(outcomes.map(({ state }) => state)).toEqual(['failed', 'skipped', 'skipped', 'done', 'done', 'failed', 'skipped', 'failed']); // prettier-ignore
  expect(outcomes.slice(1, 3)).toMatchObject([
    { reason: '“first_seen”, which it reads, failed.' },
    { reason: '“second”, which it reads, was skipped.' },
  ]);
});

test('results stay for paging, and a stream that is left stops before the next cell', async () => {
  const text = cell('SELECT * FROM range(5000) AS r(i) ORDER BY i') + cell('SELECT 2') + cell('SELECT 3');
  const stream = await opened.api.notebook.run({ source: { title: 'Test', text } });
  const seen: NotebookRunEvent[] = [];
  for await (const event of stream) {
    seen.push(event);
    if (event.type === 'cell') break;
  }
  const [first] = outcomesOf(seen);
  if (first?.state !== 'done') throw new Error(JSON.stringify(first));
  const window = await opened.api.query.window({ resultId: first.result.resultId, offset: 4000, limit: 3 });
  expect(window.cells).toEqual([['4000', '4001', '4002']]);
});

test('cancelling interrupts the cell that runs', async () => {
  const text = cell('SELECT count(*) FROM range(100000) a, range(100000) b WHERE (a.range * b.range) % 7 = 3');
  const controller = new AbortController();
  const stream = await opened.api.notebook.run({ source: { title: 'Test', text } }, { signal: controller.signal });
  await expect(
    (async () => {
      for await (const event of stream) if (event.type === 'started') setTimeout(() => controller.abort(), 100);
    })(),
  ).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('a file of the case runs by its name', async () => {
  const { name, place } = await opened.api.notebook.create({ place: 'case', title: 'Mine', text: `---\ntitle: My title\n---\n${cell('SELECT 1 AS a')}` }); // prettier-ignore
  const events: NotebookRunEvent[] = [];
  for await (const event of await opened.api.notebook.run({ source: { place, name } })) events.push(event);
  expect(events[0]).toMatchObject({ title: 'My title' });
  expect(rowsOf(outcomesOf(events)[0])).toEqual([[1]]);
});
