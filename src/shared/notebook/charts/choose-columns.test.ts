import { describe, expect, test } from 'vitest';
import type { ResultColumn } from '../../api/query.ts';
import { chooseColumns } from './choose-columns.ts';

function columns(...described: readonly string[]): readonly ResultColumn[] {
  return described.map((each) => {
    const [name = '', type = ''] = each.split(' ');
    return { name, type, encoding: 'text' };
  });
}

const events = columns(
  'awsRegion VARCHAR',
  'first TIMESTAMP',
  'eventTime TIMESTAMP',
  'eventSource VARCHAR',
  'n BIGINT',
);

describe('timeline', () => {
  test('takes eventTime and the service', () => {
    expect(chooseColumns('timeline', {}, events)).toEqual({
      ...{ view: 'timeline', time: 2, end: null, lane: 3, outcome: null, readOnly: null },
    });
  });

  test('takes the columns its options name, whatever their case', () => {
    expect(chooseColumns('timeline', { time: 'FIRST', end: 'eventtime', lane: 'awsregion' }, events)).toMatchObject({
      ...{ time: 1, end: 2, lane: 0 },
    });
  });

  test('without them takes the first time of any kind and the first text; Athena’s times are text', () => {
    expect(chooseColumns('timeline', {}, columns('n BIGINT', 'eventtime VARCHAR', 'eventname VARCHAR'))).toMatchObject({
      time: 1,
      lane: 2,
    });
    expect(chooseColumns('timeline', {}, columns('day DATE', 'n BIGINT'))).toMatchObject({ time: 0, lane: null });
    expect(chooseColumns('timeline', {}, columns('at TIMESTAMP_NS'))).toMatchObject({ time: 0 });
    expect(chooseColumns('timeline', {}, columns('z VARCHAR', 'at TIMESTAMP'))).toMatchObject({ time: 1, lane: 0 });
  });

  test('sees what events did', () => {
    expect(
      chooseColumns('timeline', {}, columns('eventTime TIMESTAMP', 'readonly BOOLEAN', 'outcome VARCHAR')),
    ).toMatchObject({ readOnly: 1, outcome: 2 });
    expect(
      chooseColumns('timeline', {}, columns('eventTime TIMESTAMP', 'readonly VARCHAR', 'outcome BIGINT')),
    ).toMatchObject({ readOnly: null, outcome: null });
  });

  test('says what is missing', () => {
    expect(chooseColumns('timeline', {}, columns('n BIGINT'))).toEqual({
      missing: 'A timeline needs a column of times. Select eventTime, or choose “table”.',
    });
    expect(chooseColumns('timeline', { lane: 'who' }, columns('eventTime TIMESTAMP', 'n BIGINT'))).toEqual({
      missing: 'The result has no column “who” (option lane). It has eventTime, n.',
    });
    expect(chooseColumns('timeline', { time: 'n' }, columns('n BIGINT'))).toEqual({
      missing: 'The column “n” (option time) is BIGINT and holds no times.',
    });
  });
});

describe('bars', () => {
  test('are the first text by the first number', () => {
    expect(chooseColumns('bar', {}, columns('n BIGINT', 'name VARCHAR', 'm DOUBLE'))).toEqual({
      ...{ view: 'bar', x: 1, y: 0, series: null },
    });
    expect(chooseColumns('bar', {}, columns('day DATE', 'n DECIMAL(38,2)'))).toMatchObject({ x: 0, y: 1 });
    expect(chooseColumns('bar', {}, columns('n UBIGINT'))).toMatchObject({ x: null, y: 0 });
    expect(chooseColumns('bar', { x: 'n' }, columns('n BIGINT', 'm BIGINT'))).toMatchObject({ x: 0, y: 1 });
    expect(chooseColumns('bar', { series: 'a' }, columns('a VARCHAR', 'b VARCHAR', 'n BIGINT'))).toMatchObject({
      ...{ x: 1, y: 2, series: 0 },
    });
  });

  test('need a number', () => {
    for (const type of ['VARCHAR', 'BIGINT[]', 'STRUCT("a" BIGINT)', 'BOOLEAN']) {
      expect(chooseColumns('bar', {}, columns(`a ${type.replaceAll(' ', '_')}`))).toHaveProperty('missing');
    }
    expect(chooseColumns('bar', { y: 'a' }, columns('a VARCHAR', 'n BIGINT'))).toHaveProperty('missing');
  });
});

describe('lines', () => {
  test('run along the first time, all numbers of it', () => {
    expect(chooseColumns('line', {}, columns('n BIGINT', 'hour TIMESTAMP', 'm DOUBLE'))).toEqual({
      ...{ view: 'line', x: 1, y: [0, 2], series: null },
    });
    expect(chooseColumns('line', {}, columns('a BIGINT', 'b BIGINT'))).toMatchObject({ x: 0, y: [1] });
    expect(chooseColumns('line', {}, columns('hour TIMESTAMP', 'service VARCHAR', 'n BIGINT'))).toMatchObject({
      ...{ x: 0, y: [2], series: 1 },
    });
    expect(chooseColumns('line', { y: 'm, N' }, columns('t TIMESTAMP', 'n BIGINT', 'm BIGINT'))).toMatchObject({
      y: [2, 1],
    });
    expect(chooseColumns('line', { y: 'a,b' }, columns('t TIMESTAMP', 'a,b BIGINT', 'm BIGINT'))).toMatchObject({
      y: [1],
    });
  });

  test('need something to run along', () => {
    expect(chooseColumns('line', {}, columns('name VARCHAR', 'n VARCHAR'))).toHaveProperty('missing');
    expect(chooseColumns('line', {}, columns('t TIMESTAMP'))).toHaveProperty('missing');
    expect(chooseColumns('line', { y: 'n,x' }, columns('t TIMESTAMP', 'n BIGINT'))).toHaveProperty('missing');
  });
});

test('a value is the first column or the one named; without columns there is none', () => {
  expect(chooseColumns('value', {}, events)).toEqual({ view: 'value', y: 0 });
  expect(chooseColumns('value', { y: 'N' }, events)).toEqual({ view: 'value', y: 4 });
  expect(chooseColumns('value', {}, [])).toEqual({ missing: 'The result has no column to show.' });
});
