import { describe, expect, it } from 'vitest';
import { bindParameters, parametersOf } from './bind-parameters.ts';
import type { ParameterType } from './notebook.ts';
import { parametersToAsk, undeclaredParameters } from './parameters-used.ts';
import { parseNotebook } from './parse-notebook.ts';

const span = { firstEventAt: '2023-07-10 11:59:21', lastEventAt: '2023-07-11 00:00:00.5' };
const parameter = (name: string, type: ParameterType, defaultText = '') => ({
  ...{ name, type, defaultText, label: null, description: null },
});
const bind = (type: ParameterType, text: string, name = 'p') => {
  const { values, problems } = bindParameters([parameter(name, type)], { [name]: text }, span);
  return problems[name] ?? values;
};

describe('times', () => {
  it.each([
    ['2023-07-10', '2023-07-10 00:00:00'],
    ['2023-07-10 12:04', '2023-07-10 12:04:00'],
    ['2023-07-10T12:04:47Z', '2023-07-10 12:04:47'],
    ['2023-07-10 12:04:47.123456', '2023-07-10 12:04:47.123456'],
    ['2023-07-10T12:04:47+02:00', '2023-07-10 10:04:47'],
    ['2023-07-10T00:30:00.5+0530', '2023-07-09 19:00:00.5'],
    ['2024-02-29', '2024-02-29 00:00:00'],
  ])('%s', (text, value) => {
    expect(bind('timestamp', text)).toEqual({ p: { type: 'timestamp', value } });
  });

  it.each([
    '2023-02-29',
    '2023-13-01',
    '2023-07-10 24:00',
    '2023-07-10 12:60',
    'yesterday',
    '1e9',
    '9999-12-31 23:59-12:00',
  ])('%s is none', (text) => {
    expect(bind('timestamp', text)).toMatch(/is no time/);
  });

  it('are the case’s span where nothing is given', () => {
    const from = { type: 'timestamp', value: '2023-07-10 11:59:21' };
    const to = { type: 'timestamp', value: '2023-07-11 00:00:00.5' };
    expect(bindParameters(parametersOf(parseNotebook('')), {}, span).values).toEqual({ from, to });
    expect(bind('range', '')).toEqual({ p_from: from, p_to: to });
    expect(bind('range', '2023-07-10/')).toEqual({
      p_from: { type: 'timestamp', value: '2023-07-10 00:00:00' },
      p_to: to,
    });
    expect(bind('timestamp', '', 'since')).toEqual({ since: null });
    expect(
      bindParameters(parametersOf(parseNotebook('')), {}, { firstEventAt: null, lastEventAt: null }).values,
    ).toEqual({
      from: null,
      to: null,
    });
    expect(bind('range', 'a/b/c')).toMatch(/no time range/);
  });
});

it('other types', () => {
  expect(bind('text', " ' OR 1=1 -- ")).toEqual({ p: "' OR 1=1 --" });
  expect(bind('ip', '')).toEqual({ p: null });
  expect(bind('number', '-1.50')).toEqual({ p: { type: 'number', value: '-1.50' } });
  expect(bind('number', '12345678901234567890')).toEqual({ p: { type: 'number', value: '12345678901234567890' } });
  expect(bind('number', '1,5')).toMatch(/is no number/);
  expect(bind('number', '1e999')).toMatch(/is no number/);
  expect(bind('list', 'a, b,,c')).toEqual({ p: { type: 'list', value: ['a', 'b', 'c'] } });
  expect(bind('list', 'a, b\r\nc\n')).toEqual({ p: { type: 'list', value: ['a, b', 'c'] } });
  expect(bind('list', '')).toEqual({ p: { type: 'list', value: [] } });
});

it('takes the default where nothing is given, and NULL where nothing is typed', () => {
  const declared = [parameter('constructor', 'text', 'x')];
  expect(bindParameters(declared, {}, span).values).toEqual({ constructor: 'x' });
  expect(bindParameters(declared, { constructor: '' }, span).values).toEqual({ constructor: null });
});

it('asks for what is declared and for the span where a cell uses it', () => {
  const notebook = parseNotebook(
    "---\nparameters: { key: AKIA, w: { type: range } }\n---\n```sql\nSELECT '$to', $FROM, $w_to, $other -- $to\n```",
  );
  expect(parametersToAsk(notebook).map(({ name }) => name)).toEqual(['key', 'w', 'from']);
  expect(undeclaredParameters(notebook)).toEqual(['other']);
});
