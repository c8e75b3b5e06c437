import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { LaneKind, Lanes } from '#shared/api/query.ts';
import { resultLanes, type LanesRequest } from './lanes.ts';
import { resultStoreOf } from './result-store.ts';
import { queryWindow, runQuery } from './run-query.ts';
import { openTestCase } from './test-case.ts';

let opened: Awaited<ReturnType<typeof openTestCase>>;
beforeAll(async () => {
  opened = await openTestCase();
});
afterAll(async () => opened[Symbol.asyncDispose]());

interface Row {
  readonly began: number | null;
  readonly ended: number | null;
  readonly lane: string | null;
  readonly kind: LaneKind | null;
}

/** The same by plain loops over rows held in memory, in microseconds. */
function expectedLanes(rows: readonly Row[], lanes: Lanes, maxLanes: number) {
  const byLane = new Map<string | null, { first: number; rowCount: number }>();
  for (const { began, lane } of rows) {
    if (began === null) continue;
    const known = byLane.get(lane) ?? { first: Infinity, rowCount: 0 };
    byLane.set(lane, { first: Math.min(known.first, began), rowCount: known.rowCount + 1 });
  }
  const ordered = [...byLane].sort(
    ([one, a], [other, b]) => a.first - b.first || (one === null ? 1 : other === null ? -1 : one < other ? -1 : 1),
  );
  const to = lanes.fromMicros + lanes.bucketMicros * lanes.bucketCount;
  const bucket = (micros: number): number =>
    Math.floor((Math.min(Math.max(micros, lanes.fromMicros), to - 1) - lanes.fromMicros) / lanes.bucketMicros);
  return ordered.slice(0, maxLanes).map(([label, { rowCount }]) => {
    const marks = new Map<number, { from: number; to: number; count: number; row: number; kind: LaneKind | null }>();
    rows.forEach(({ began, ended, lane, kind }, row) => {
      if (lane !== label || began === null) return;
      const last = Math.max(began, ended ?? began);
      if (began >= to || last < lanes.fromMicros) return;
      const from = bucket(began);
      const known = marks.get(from);
      const weights = ['denied', 'write', 'read', null];
      const heavier = known && weights.indexOf(known.kind) < weights.indexOf(kind) ? known.kind : kind;
      marks.set(from, {
        ...{ from, to: Math.max(known?.to ?? 0, bucket(last)), count: (known?.count ?? 0) + 1 },
        ...{ row: known?.row ?? row, kind: heavier },
      });
    });
    return { label, rowCount, marks: [...marks.values()].sort((a, b) => a.from - b.from) };
  });
}

const start = Date.UTC(2023, 6, 10, 12) * 1000;
const second = 1_000_000;

/** 30,000 rows that a formula gives to SQL and to JavaScript alike. */
const rows: readonly Row[] = Array.from({ length: 30_000 }, (_, i) => ({
  began: i % 11 === 0 ? null : start + ((i * 7919) % 86_400) * second,
  ended: i % 5 === 0 ? null : start + ((i * 7919) % 86_400) * second + ((i % 97) - 10) * 60 * second,
  lane: i % 13 === 0 ? null : `lane ${(i * i) % 17}`,
  kind: i % 19 === 0 ? 'denied' : i % 3 === 0 ? 'write' : i % 3 === 1 ? 'read' : null,
}));
const made = `SELECT i, CASE WHEN i % 11 <> 0 THEN TIMESTAMP '2023-07-10 12:00:00' + INTERVAL ((i * 7919) % 86400) SECOND END AS began,
    CASE WHEN i % 5 <> 0 THEN TIMESTAMP '2023-07-10 12:00:00' + INTERVAL ((i * 7919) % 86400) SECOND + INTERVAL ((i % 97) - 10) MINUTE END AS ended,
    CASE WHEN i % 13 <> 0 THEN 'lane ' || ((i * i) % 17) END AS lane,
    CASE WHEN i % 19 = 0 THEN 'denied' ELSE 'success' END AS outcome,
    CASE WHEN i % 3 < 2 THEN i % 3 = 1 END AS readOnly FROM range(30000) AS t(i) ORDER BY i`;

async function ask(sql: string, request: Partial<LanesRequest> & { time: number }): Promise<Lanes> {
  const { resultId } = await runQuery(opened, { sql });
  return resultLanes(opened, { resultId, buckets: 100, maxLanes: 50, ...request });
}

async function failure(pending: Promise<unknown>): Promise<TrailbenchError> {
  const error: unknown = await pending.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TrailbenchError)) throw new Error(`No foreseen failure: ${String(error)}`);
  return error;
}

describe('lanes', () => {
  test.each([
    ['events', { time: 1, lane: 3 }, rows.map((row) => ({ ...row, ended: null, kind: null }))],
    ['kinds', { time: 1, lane: 3, outcome: 4, readOnly: 5 }, rows.map((row) => ({ ...row, ended: null }))],
    ['ranges', { time: 1, end: 2, lane: 3, outcome: 4, readOnly: 5 }, rows],
    ['few', { time: 1, lane: 3, maxLanes: 4, buckets: 7 }, rows.map((row) => ({ ...row, ended: null, kind: null }))],
    [
      'zoomed',
      { time: 1, end: 2, lane: 3, range: { fromMicros: start + 3600 * second, toMicros: start + 7201 * second } },
      rows.map((row) => ({ ...row, kind: null })),
    ],
    ['one lane', { time: 1 }, rows.map((row) => ({ ...row, ended: null, kind: null, lane: null }))],
  ])('of %s are what loops over the rows give', async (_, request, expected) => {
    const lanes = await ask(made, request);
    const maxLanes = 'maxLanes' in request ? request.maxLanes : 50;
    expect(lanes.lanes).toEqual(expectedLanes(expected, lanes, maxLanes));
    const all = new Set(expected.filter(({ began }) => began !== null).map(({ lane }) => lane)).size;
    expect(lanes.laneCount).toBe(all);
    expect(lanes.rowsWithoutTime).toBe(expected.filter(({ began }) => began === null).length);
    const shown = lanes.lanes.reduce((sum, { rowCount }) => sum + rowCount, 0);
    expect(shown + lanes.rowsInOtherLanes + lanes.rowsWithoutTime).toBe(rows.length);
    expect(lanes.bucketCount).toBeLessThanOrEqual('buckets' in request ? request.buckets : 100);
  });

  test('span exactly the times there are, or the range asked for', async () => {
    const times = rows.flatMap(({ began }) => (began === null ? [] : [began]));
    const lanes = await ask(made, { time: 1 });
    const to = lanes.fromMicros + lanes.bucketMicros * lanes.bucketCount;
    expect(lanes.fromMicros).toBe(times.reduce((a, b) => Math.min(a, b)));
    expect(to - 1).toBeGreaterThanOrEqual(times.reduce((a, b) => Math.max(a, b)));
    expect(to - lanes.bucketMicros).toBeLessThanOrEqual(times.reduce((a, b) => Math.max(a, b)));
    const zoomed = await ask(made, { time: 1, range: { fromMicros: start, toMicros: start + 100 * second } });
    expect(zoomed).toMatchObject({ fromMicros: start, bucketMicros: second, bucketCount: 100 });
  });

  test('of rows of events that were not copied', async () => {
    await opened.withConnection((connection) =>
      connection.run(`INSERT INTO events BY NAME SELECT TIMESTAMP '2024-01-01' + INTERVAL (i) SECOND AS eventTime,
        'Event' || (i % 3) AS eventName, 1 AS fileId, i::INTEGER AS recordIndex FROM range(120000) AS t(i)`),
    );
    const { resultId, columns } = await runQuery(opened, { sql: 'SELECT * FROM events ORDER BY eventTime' });
    expect(resultStoreOf(opened).get(resultId).relation).toContain('JOIN');
    const at = (name: string): number => columns.findIndex((column) => column.name === name);
    const fromMicros = Date.UTC(2024, 0, 1) * 1000;
    const range = { fromMicros, toMicros: fromMicros + 120_000 * second };
    const request = { resultId, time: at('eventTime'), lane: at('eventName'), range, buckets: 12, maxLanes: 50 };
    const lanes = await resultLanes(opened, request);
    expect(lanes.bucketMicros).toBe(10_000 * second);
    expect(lanes.lanes.map(({ label, rowCount }) => [label, rowCount])).toEqual([
      ['Event0', 40_000],
      ['Event1', 40_000],
      ['Event2', 40_000],
    ]);
    expect(lanes.lanes[1]?.marks[1]).toEqual({ from: 1, to: 1, count: 3334, row: 10_000, kind: null });
  });

  test('of 500,000 lanes are the first, and the others are counted', async () => {
    const sql = `SELECT TIMESTAMP '2024-01-01' + INTERVAL (i) SECOND AS at, 'lane ' || i AS lane FROM range(500000) AS t(i)`;
    const lanes = await ask(sql, { time: 0, lane: 1, maxLanes: 500, buckets: 4000 });
    expect(lanes.lanes).toHaveLength(500);
    expect(lanes.lanes.map(({ label }) => label).slice(0, 3)).toEqual(['lane 0', 'lane 1', 'lane 2']);
    expect(lanes).toMatchObject({ laneCount: 500_000, rowsInOtherLanes: 499_500, bucketCount: 400 });
  });

  test('with hostile labels are those labels', async () => {
    const labels = [`'); DROP TABLE events; --`, '$from', '', '"\u202e\u0000</script>', '{"a": [1]}', '😀'.repeat(500)];
    const { resultId } = await runQuery(opened, {
      sql: `SELECT TIMESTAMP '2024-01-01' + INTERVAL (n) SECOND AS at, label
        FROM (SELECT unnest($labels) AS label, unnest(range(len($labels))) AS n)`,
      parameters: { labels: { type: 'list', value: labels } },
    });
    const lanes = await resultLanes(opened, { resultId, time: 0, lane: 1, buckets: 100, maxLanes: 50 });
    expect(lanes.lanes.map(({ label, marks }) => [label, marks.length])).toEqual(labels.map((label) => [label, 1]));
  });

  test('of values that are no text have their text for a label', async () => {
    const sql = `SELECT TIMESTAMP '2024-01-01' AS at, 42::HUGEINT AS a, {'x': [1]} AS b, true AS c, '{"k": 1.0}'::JSON AS d`;
    for (const [lane, label] of [
      [1, '42'],
      [2, '{"x":[1]}'],
      [3, 'true'],
      [4, '{"k": 1.0}'],
    ] as const) {
      expect((await ask(sql, { time: 0, lane })).lanes[0]?.label).toBe(label);
    }
  });
});

describe('times', () => {
  const expected = Date.UTC(2023, 6, 10, 12, 4, 47) * 1000;

  test.each([
    `TIMESTAMP '2023-07-10 12:04:47'`,
    `TIMESTAMP_S '2023-07-10 12:04:47'`,
    `TIMESTAMP_MS '2023-07-10 12:04:47'`,
    `TIMESTAMP_NS '2023-07-10 12:04:47.000000999'`,
    `TIMESTAMPTZ '2023-07-10 14:04:47+02'`,
    `'2023-07-10T12:04:47Z'`,
    `'2023-07-10T14:04:47+02:00'`,
    `'2023-07-10 12:04:47'`,
  ])('%s is its instant', async (expression) => {
    const lanes = await ask(`SELECT ${expression} AS at`, { time: 0 });
    expect(lanes).toMatchObject({ fromMicros: expected, bucketMicros: 1, bucketCount: 1, laneCount: 1 });
  });

  test('a DATE is its midnight', async () => {
    const lanes = await ask(`SELECT DATE '2023-07-10' AS day`, { time: 0 });
    expect(lanes.fromMicros).toBe(Date.UTC(2023, 6, 10) * 1000);
  });

  test('that cannot be read or shown are counted', async () => {
    const texts = `['2023-07-10T12:04:47Z', '', 'yesterday', '2023-13-01T00:00:00Z', '12:04:47', '1688990687', 'infinity', '12000-01-01', NULL]`;
    expect(await ask(`SELECT unnest(${texts}) AS at`, { time: 0 })).toMatchObject({
      ...{ fromMicros: expected, rowsWithoutTime: 8, laneCount: 1 },
    });
    const stamps = `['infinity', '-infinity', '294000-01-01', '0044-03-15 (BC)', NULL, '9999-12-31 23:59:59', '0001-01-01']::TIMESTAMP[]`;
    const lanes = await ask(`SELECT unnest(${stamps}) AS at`, { time: 0, buckets: 10 });
    expect(lanes).toMatchObject({ rowsWithoutTime: 5, fromMicros: Date.UTC(2001, 0) * 1000 - 63_113_904_000 * second });
    expect(lanes.lanes[0]?.marks.map(({ from }) => from)).toEqual([0, 9]);
  });

  test('of a result without any give no lane', async () => {
    expect(await ask(`SELECT NULL::TIMESTAMP AS at, 'a' AS lane FROM range(3)`, { time: 0, lane: 1 })).toEqual({
      ...{ fromMicros: 0, bucketMicros: 1, bucketCount: 0, lanes: [], laneCount: 0 },
      ...{ rowsInOtherLanes: 0, rowsWithoutTime: 3 },
    });
    expect(await ask(`SELECT TIMESTAMP '2024-01-01' AS at WHERE false`, { time: 0 })).toMatchObject({
      ...{ lanes: [], laneCount: 0, rowsWithoutTime: 0 },
    });
  });
});

describe('the rows of a mark', () => {
  test('are found by its lane and range', async () => {
    const { resultId } = await runQuery(opened, { sql: made });
    const range = { fromMicros: start + 3600 * second, toMicros: start + 3700 * second };
    const window = await queryWindow(opened, {
      ...{ resultId, offset: 0, limit: 2000 },
      filters: [
        { column: 3, equals: 'lane 4' },
        { column: 1, range },
      ],
    });
    const matching = rows.flatMap(({ lane, began }, i) =>
      lane === 'lane 4' && began !== null && began >= range.fromMicros && began < range.toMicros ? [i] : [],
    );
    expect(matching.length).toBeGreaterThan(1);
    expect(window.filteredCount).toBe(matching.length);
    expect(window.cells[0]?.map(Number)).toEqual(matching);
  });

  test('text times too; a column without times is refused', async () => {
    const { resultId } = await runQuery(opened, {
      sql: `SELECT strftime(TIMESTAMP '2024-01-01' + INTERVAL (i) SECOND, '%Y-%m-%dT%H:%M:%SZ') AS at, i FROM range(100) AS t(i) ORDER BY i`,
    });
    const from = Date.UTC(2024, 0, 1, 0, 0, 10) * 1000;
    const filters = [{ column: 0, range: { fromMicros: from, toMicros: from + 3 * second } }];
    const window = await queryWindow(opened, { resultId, offset: 0, limit: 10, filters });
    expect(window.cells[1]?.map(Number)).toEqual([10, 11, 12]);
    const refused = queryWindow(opened, { resultId, offset: 0, limit: 1, filters: [{ ...filters[0]!, column: 1 }] });
    expect((await failure(refused)).code).toBe('BAD_INPUT');
  });
});

describe('refuses', () => {
  test('columns that are none, or of another type', async () => {
    const sql = `SELECT TIMESTAMP '2024-01-01' AS at, 5 AS n, 'a' AS text, true AS flag, [TIMESTAMP '2024-01-01'] AS list`;
    for (const request of [
      { time: 9 },
      { time: -1 },
      { time: 0.5 },
      { time: 1 },
      { time: 3 },
      { time: 4 },
      { time: 0, end: 1 },
      { time: 0, lane: 17 },
      { time: 0, outcome: 3 },
      { time: 0, readOnly: 2 },
      { time: 0, range: { fromMicros: 5, toMicros: 5 } },
      { time: 0, range: { fromMicros: Number.NaN, toMicros: 5 } },
    ]) {
      expect((await failure(ask(sql, request))).code, JSON.stringify(request)).toBe('BAD_INPUT');
    }
  });

  test('a result that was let go, and stops when the caller does', async () => {
    const { resultId } = await runQuery(opened, {
      sql: `SELECT '2024-01-01T00:00:0' || (i % 10) AS at, i FROM range(2000000) AS t(i)`,
    });
    const request = { resultId, time: 0, lane: 1, buckets: 4000, maxLanes: 500 };
    const controller = new AbortController();
    const running = resultLanes(opened, request, controller.signal);
    setTimeout(() => controller.abort(), 30);
    expect((await failure(running)).code).toBe('CANCELLED');
    await resultStoreOf(opened).release(resultId);
    expect((await failure(resultLanes(opened, request))).code).toBe('RESULT_GONE');
  });
});
