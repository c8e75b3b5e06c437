import { describe, expect, test } from 'vitest';
import type { ResultColumn } from '#shared/api/index.ts';
import { timelineLinks } from './event-link.ts';

function columns(...described: readonly string[]): readonly ResultColumn[] {
  return described.map((each) => {
    const [name = '', type = ''] = each.split(' ');
    return { name, type, encoding: 'text' };
  });
}

const eventID = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';

describe('where a row leads', () => {
  test('to its event by file and record, else by its eventID, whatever the names’ case', () => {
    const named = columns('FILEID INTEGER', 'recordindex INTEGER', 'eventid UUID', 'n BIGINT');
    expect(timelineLinks(named, [3, 7, eventID, '1'], 3)).toEqual([
      { label: 'Show event in timeline', parameters: { event: '3:7' } },
    ]);
    expect(timelineLinks(named, [null, 7, eventID, '1'], 3)).toEqual([
      { label: 'Show event in timeline', parameters: { eventID } },
    ]);
    expect(timelineLinks(named, [null, 7, 'no UUID', '1'], 3)).toEqual([]);
    expect(timelineLinks(named, [-3, 7, null, '1'], 3)).toEqual([]);
  });

  test('to the time in the cell, else to that of the row', () => {
    const named = columns('eventTime TIMESTAMP', 'last TIMESTAMP', 'n BIGINT', 'iso VARCHAR');
    const row = ['2023-07-10 12:04:47', '2023-07-11 00:00:00.5', '1', '2023-07-12T10:00:00Z'];
    const around = (column: number) => timelineLinks(named, row, column).map(({ parameters }) => parameters);
    expect(around(0)).toEqual([{ from: '2023-07-10T11:59:47Z', to: '2023-07-10T12:09:47Z' }]);
    expect(around(1)).toEqual([{ from: '2023-07-10T23:55:00.500000Z', to: '2023-07-11T00:05:00.500000Z' }]);
    expect(around(2)).toEqual([{ from: '2023-07-10T11:59:47Z', to: '2023-07-10T12:09:47Z' }]);
    expect(around(3)).toEqual([{ from: '2023-07-12T09:55:00Z', to: '2023-07-12T10:05:00Z' }]);
  });

  test('nowhere without either', () => {
    expect(timelineLinks(columns('day DATE', 'name VARCHAR'), ['2023-07-10', 'x'], 0)).toEqual([]);
    expect(
      timelineLinks(columns('a TIMESTAMP', 'b TIMESTAMP', 'n BIGINT'), ['2023-07-10 12:00:00', null, '1'], 2),
    ).toEqual([]);
    expect(timelineLinks(columns('eventTime TIMESTAMP'), undefined, 0)).toEqual([]);
  });
});
