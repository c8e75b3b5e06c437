import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EventKind, EventSortColumn, TimelineView } from '#shared/api/timeline.ts';
import { openTestCase } from '#engine/query/test-case.ts';
import { readEventDetail } from './event-detail.ts';
import { readEventPage } from './event-pages.ts';
import { readHistogram } from './histogram.ts';

interface TestEvent {
  fileId: number;
  recordIndex: number;
  /** Whole seconds since 1970; null: no readable time. */
  seconds: number | null;
  actor: string | null;
  readOnly: boolean | null;
  outcome: string;
}

const start = Date.UTC(2024, 4, 1) / 1000;
const whole: TimelineView = { range: null, kinds: [] };
let opened: Awaited<ReturnType<typeof openTestCase>>;
let events: TestEvent[];

/** A small generator of numbers, so that every run has the same events. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Events out of order, a second with 9,000 of them, an outlier far away, some without a time. */
function makeEvents(fileId: number, count: number, random: () => number): TestEvent[] {
  return Array.from({ length: count }, (_, recordIndex) => {
    const share = random();
    const seconds = share < 0.01 ? null : share < 0.3 ? start + 5000 : start + Math.floor(random() * 7 * 86_400);
    const outliers: Record<number, number> = { 7: 1_000_000_000, 8: -1, 9: -61, 10: -1_000_000_000 };
    return {
      fileId,
      recordIndex,
      seconds: outliers[recordIndex] ?? seconds,
      actor: random() < 0.05 ? null : `user${Math.floor(random() * 50)}`,
      readOnly: random() < 0.1 ? null : random() < 0.7,
      outcome: random() < 0.1 ? 'denied' : 'success',
    };
  });
}

function kindOf(event: TestEvent): EventKind {
  if (event.outcome === 'denied') return 'denied';
  return event.readOnly === null ? 'unknown' : event.readOnly ? 'read' : 'write';
}

async function insert(added: readonly TestEvent[]): Promise<void> {
  await opened.withConnection(async (connection) => {
    await connection.run(
      `INSERT INTO files (fileId, importId, sourcePath, storedPath, isReferenced, kind, verdict, flags, sizeBytes, sha256,
         recordsRead, recordsStored, recordsDuplicate, recordsRejected)
       SELECT DISTINCT (e->>'fileId')::INTEGER, 1, '/evidence/' || (e->>'fileId') || '.json', 'archive/x', false, 'CloudTrail', 'imported', [], 1, 'x', 1, 1, 0, 0
       FROM (SELECT unnest($1::JSON[]) AS e)`,
      [JSON.stringify(added)],
    );
    await connection.run(
      `INSERT INTO events BY NAME SELECT (e->>'fileId')::INTEGER AS fileId, (e->>'recordIndex')::INTEGER AS recordIndex,
         make_timestamp((e->>'seconds')::BIGINT * 1000000) AS eventTime, e->>'actor' AS actor, (e->>'readOnly')::BOOLEAN AS readOnly, e->>'outcome' AS outcome
       FROM (SELECT unnest($1::JSON[]) AS e)`,
      [JSON.stringify(added)],
    );
  });
}

beforeAll(async () => {
  opened = await openTestCase();
  const random = randomNumbers(1);
  events = [2, 1, 3].flatMap((fileId) => makeEvents(fileId, 10_000, random));
  await insert(events);
});
afterAll(async () => opened[Symbol.asyncDispose]());

function inView(event: TestEvent, view: TimelineView): boolean {
  const { range, kinds } = view;
  const micros = event.seconds === null ? null : event.seconds * 1_000_000;
  const isInRange = !range || (micros !== null && micros >= range.fromMicros && micros < range.toMicros);
  return isInRange && (kinds.length === 0 || kinds.includes(kindOf(event)));
}

function compare<T extends string | number>(a: T | null, b: T | null, isDescending = false): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return (a < b ? -1 : 1) * (isDescending ? -1 : 1);
}

function expectedOrder(view: TimelineView, column: EventSortColumn, isDescending: boolean): TestEvent[] {
  return events
    .filter((event) => inView(event, view))
    .sort(
      (a, b) =>
        (column === 'actor' ? compare(a.actor, b.actor, isDescending) : compare(a.seconds, b.seconds, isDescending)) ||
        compare(a.seconds, b.seconds) ||
        a.fileId - b.fileId ||
        a.recordIndex - b.recordIndex,
    );
}

const hour = 3_600_000_000;
const views: [string, TimelineView][] = [
  ['the whole case', whole],
  ['a range', { range: { fromMicros: start * 1e6 + hour, toMicros: start * 1e6 + 30 * hour }, kinds: [] }],
  [
    'a range that ends at a crowded second',
    { range: { fromMicros: start * 1e6, toMicros: (start + 5000) * 1e6 }, kinds: [] },
  ],
  ['one kind', { range: null, kinds: ['denied'] }],
  [
    'two kinds in a range',
    { range: { fromMicros: start * 1e6, toMicros: start * 1e6 + 48 * hour }, kinds: ['write', 'unknown'] },
  ],
  [
    'a range within one minute',
    { range: { fromMicros: (start + 4980) * 1e6 + 1, toMicros: (start + 5039) * 1e6 }, kinds: ['read', 'denied'] },
  ],
  ['a range around 1970', { range: { fromMicros: -70.5 * 1e6, toMicros: 90 * 1e6 }, kinds: [] }],
  [
    'a range with odd edges',
    { range: { fromMicros: (start + 777) * 1e6 + 5, toMicros: (start + 99_999) * 1e6 - 5 }, kinds: ['write'] },
  ],
  ['nothing', { range: { fromMicros: 0, toMicros: 1 }, kinds: [] }],
];

describe('histogram', () => {
  for (const [name, view] of views) {
    test(`of ${name} counts every event of the view in its bucket`, async () => {
      for (const maxBuckets of [1, 60, 2000]) {
        const histogram = await readHistogram(opened, view, maxBuckets);
        const length = histogram.read.length;
        expect(length).toBeLessThanOrEqual(maxBuckets);
        const expected = { read: [], write: [], denied: [], unknown: [] } as Record<EventKind, number[]>;
        for (const counts of Object.values(expected)) counts.push(...new Array<number>(length).fill(0));
        for (const event of events) {
          if (event.seconds === null || !inView(event, view)) continue;
          const bucket = Math.floor((event.seconds * 1e6 - histogram.fromMicros) / histogram.bucketMicros);
          const counts = expected[kindOf(event)];
          counts[bucket] = (counts[bucket] ?? 0) + 1;
        }
        const { read, write, denied, unknown } = histogram;
        expect({ read, write, denied, unknown }).toEqual(expected);
        expect(histogram.withoutTime).toBe(events.filter((event) => event.seconds === null).length);
      }
    });
  }
});

describe('event pages', () => {
  for (const [name, view] of views) {
    for (const column of ['eventTime', 'actor'] as const) {
      for (const descending of [false, true]) {
        test(`of ${name} by ${column}${descending ? ', descending' : ''} are right at every offset`, async () => {
          const expected = expectedOrder(view, column, descending);
          const offsets = [
            0,
            1,
            999,
            4321,
            Math.floor(expected.length / 2),
            expected.length - 305,
            expected.length - 3,
            expected.length,
            1e9,
          ];
          for (const offset of offsets.filter((value) => value >= 0)) {
            const page = await readEventPage(opened, { view, sort: { column, descending }, offset, limit: 300 });
            expect(page.total).toBe(expected.length);
            expect(page.rows.map((row) => [row.fileId, row.recordIndex, row.actor, row.kind])).toEqual(
              expected
                .slice(offset, offset + 300)
                .map((event) => [event.fileId, event.recordIndex, event.actor, kindOf(event)]),
            );
          }
        });
      }
    }
  }

  test('write times as DuckDB does', async () => {
    const page = await readEventPage(opened, {
      view: whole,
      sort: { column: 'eventTime', descending: false },
      offset: 0,
      limit: 1,
    });
    expect(page.rows[0]?.eventTime).toBe('1938-04-24 22:13:20');
  });

  test('follow evidence that is added', async () => {
    const before = events.length;
    const added = makeEvents(4, 2500, randomNumbers(9));
    await insert(added);
    events.push(...added);
    for (const column of ['eventTime', 'actor'] as const) {
      const expected = expectedOrder(whole, column, false);
      const page = await readEventPage(opened, {
        view: whole,
        sort: { column, descending: false },
        offset: before - 100,
        limit: 200,
      });
      expect(page.total).toBe(before + 2500);
      expect(page.rows.map((row) => [row.fileId, row.recordIndex])).toEqual(
        expected.slice(before - 100, before + 100).map((event) => [event.fileId, event.recordIndex]),
      );
    }
    const histogram = await readHistogram(opened, whole, 10);
    const counted = [histogram.read, histogram.write, histogram.denied, histogram.unknown].flat();
    expect(counted.reduce((sum, count) => sum + count, 0) + histogram.withoutTime).toBe(events.length);
  });

  test('are cancelled', async () => {
    const request = { view: whole, sort: { column: 'service', descending: true }, offset: 0, limit: 10 } as const;
    await expect(readEventPage(opened, request, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await readEventPage(opened, request)).rows).toHaveLength(10);
  });
});

describe('an event', () => {
  test('comes with its fields, its record, its file and its further copies', async () => {
    await opened.withConnection((connection) =>
      connection.run(
        `INSERT INTO duplicates (fileId, recordIndex, keptFileId, keptRecordIndex, isConflict) VALUES (3, 5, 1, 7, true), (2, 9, 1, 7, false), (2, 8, 1, 6, false)`,
      ),
    );
    const detail = await readEventDetail(opened, { fileId: 1, recordIndex: 7 });
    const event = events.find(({ fileId, recordIndex }) => fileId === 1 && recordIndex === 7);
    const field = (name: string) => detail.fields.find((each) => each.name === name)?.value;
    expect(field('eventTime')).toBe('2001-09-09 01:46:40');
    expect(field('actor') ?? null).toBe(event?.actor);
    expect(JSON.parse(detail.record)).toMatchObject({ eventTime: '2001-09-09T01:46:40Z' });
    expect(detail.file.sourcePath).toBe('/evidence/1.json');
    expect(detail.duplicates).toEqual([
      { fileId: 2, recordIndex: 9, sourcePath: '/evidence/2.json', isConflict: false },
      { fileId: 3, recordIndex: 5, sourcePath: '/evidence/3.json', isConflict: true },
    ]);
  });

  test('that does not exist is not found', async () => {
    await expect(readEventDetail(opened, { fileId: 99, recordIndex: 0 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
