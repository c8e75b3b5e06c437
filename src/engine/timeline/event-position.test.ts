import { expect, it } from 'vitest';
import type { EventSortColumn } from '#shared/api/timeline.ts';
import { openTestCase } from '#engine/query/test-case.ts';
import { readEventPage } from './event-pages.ts';
import { readEventPosition } from './event-position.ts';

const columns: readonly EventSortColumn[] = ['eventTime', 'actor', 'eventName', 'errorCode'];

it('tells the place at which the pages show an event, whatever the order, with empty and equal values', async () => {
  await using opened = await openTestCase();
  await opened.withConnection((connection) =>
    connection.run(`INSERT INTO events (eventTime, actor, eventName, errorCode, readOnly, outcome, fileId, recordIndex)
      SELECT CASE WHEN i % 17 <> 0 THEN make_timestamp(1700000000000000 + (i * 7919 % 40) * 1000000) END,
        CASE WHEN i % 5 <> 0 THEN 'actor ' || i % 3 END, 'Event' || i % 7, CASE WHEN i % 11 = 0 THEN 'AccessDenied' END,
        i % 2 = 0, 'success', 1 + i % 4, i FROM range(52) AS numbers(i)`),
  );
  for (const column of columns) {
    for (const descending of [false, true]) {
      const sort = { column, descending };
      const view = { range: null, kinds: [] };
      const page = await readEventPage(opened, { view, sort, offset: 0, limit: 1000 });
      expect(page.rows).toHaveLength(52);
      for (const [index, { fileId, recordIndex }] of page.rows.entries()) {
        const event = { fileId, recordIndex };
        expect(await readEventPosition(opened, { view, sort, event }), `${column} ${recordIndex}`).toBe(index);
      }
    }
  }
});

it('is null for an event that the view leaves out', async () => {
  await using opened = await openTestCase();
  await opened.withConnection((connection) =>
    connection.run(`INSERT INTO events (eventTime, readOnly, outcome, fileId, recordIndex)
      VALUES ('2023-07-10 12:00:00', true, 'success', 1, 0), ('2023-07-10 13:00:00', false, 'success', 1, 1)`),
  );
  const sort = { column: 'eventTime', descending: false } as const;
  const position = (recordIndex: number) =>
    readEventPosition(opened, { view: { range: null, kinds: ['write'] }, sort, event: { fileId: 1, recordIndex } });
  expect(await position(0)).toBeNull();
  expect(await position(1)).toBe(0);
  expect(await position(2)).toBeNull();
});
