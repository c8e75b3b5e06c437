import { CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { EditorState, type TransactionSpec } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { describe, expect, it } from 'vitest';
import type { ValueCount } from '#shared/api/query.ts';
import { caseRelations, type SqlCatalogue, type ValueSource } from './sql-catalogue.ts';
import { completionSource } from './sql-completion-source.ts';
import { statementField } from './sql-language.ts';

const functions = ['count'];

/** Completes at the `|`. */
async function complete(marked: string, catalogue: Partial<SqlCatalogue>, isExplicit = false) {
  const position = marked.indexOf('|');
  const state = EditorState.create({ doc: marked.replace('|', ''), extensions: [statementField] });
  const context = new CompletionContext(state, position, isExplicit);
  const source = completionSource(() => ({ tables: caseRelations, functions, ...catalogue }));
  return { state, context, result: await source(context) };
}

/** The text after the option of that label was taken, with the cursor as `|`. */
function taken(state: EditorState, result: CompletionResult | null, label: string): string {
  const option = result?.options.find((each) => each.label === label);
  if (typeof option?.apply !== 'function' || result === null) throw new Error(`“${label}” is not offered.`);
  let after = state;
  const view = { state, dispatch: (spec: TransactionSpec) => (after = state.update(spec).state) };
  option.apply(view as unknown as EditorView, option, result.from, result.to ?? result.from);
  const text = after.doc.toString();
  return `${text.slice(0, after.selection.main.head)}|${text.slice(after.selection.main.head)}`;
}

const giving =
  (...found: readonly ValueCount[]): ValueSource =>
  async () =>
    found;

describe('inside a literal', () => {
  const values = giving({ value: `O'Brien`, count: 1200 }, { value: 'a\\b', count: 3 });

  it('the case’s own values are offered with their counts, in the order they came', async () => {
    const asked: unknown[] = [];
    const { result } = await complete(`WHERE actor = 'o|'`, {
      values: async (column, text) => {
        asked.push(column, text);
        return [
          { value: 'root', count: 1200 },
          { value: 'Otto', count: 3 },
        ];
      },
    });
    expect(asked).toEqual(['actor', 'o']);
    expect(result?.filter).toBe(false);
    expect(result?.options.map(({ label, detail }) => [label, detail])).toEqual([
      ['root', '1,200'],
      ['Otto', '3'],
    ]);
  });

  it('quotes are doubled, the closing one is added where it is missing, and the cursor goes behind it', async () => {
    for (const [marked, expected] of [
      [`WHERE actor = 'o|' AND true`, `WHERE actor = 'O''Brien'| AND true`],
      [`WHERE actor = 'o|`, `WHERE actor = 'O''Brien'|`],
      [`WHERE actor IN ('root', '|')`, `WHERE actor IN ('root', 'O''Brien'|)`],
      [`WHERE actor = 'o|ther'`, `WHERE actor = 'O''Brien'|`],
      [`WHERE actor LIKE '%/o|'`, `WHERE actor LIKE '%O''Brien'|`],
    ] as const) {
      const { state, result } = await complete(marked, { values });
      expect(taken(state, result, `O'Brien`), marked).toBe(expected);
    }
    const plain = await complete(`WHERE actor = '|'`, { values });
    expect(taken(plain.state, plain.result, 'a\\b')).toBe(`WHERE actor = 'a\\b'|`);
    const escaped = await complete(`WHERE actor = E'|'`, { values });
    expect(taken(escaped.state, escaped.result, 'a\\b')).toBe(`WHERE actor = E'a\\\\b'|`);
  });

  it('a value from a hostile log shows what it holds', async () => {
    const { result } = await complete(`WHERE userAgent = '|'`, {
      values: giving(
        { value: 'safe\u202etxt\nnext', count: 2 },
        { value: 'x'.repeat(1000), count: 1 },
        { value: 'a\0b', count: 1 },
      ),
    });
    expect(result?.options.map(({ label }) => label)).toEqual(['safe\\u202etxt\\nnext', `${'x'.repeat(120)}…`]);
  });

  it('nothing is offered without values, for no column, and when the engine fails', async () => {
    expect((await complete(`WHERE actor = '|'`, {})).result).toBeNull();
    expect((await complete(`WHERE actor = '|'`, { values: giving() })).result).toBeNull();
    expect((await complete(`SELECT 'a|'`, { values })).result).toBeNull();
    const failing: ValueSource = () => Promise.reject(new Error('gone'));
    expect((await complete(`WHERE actor = '|'`, { values: failing })).result).toBeNull();
  });
});

describe('elsewhere', () => {
  it('a list opens with a word or a dot, or when asked for', async () => {
    expect((await complete('SELECT | FROM events', {})).result).toBeNull();
    expect((await complete('SELECT | FROM events', {}, true)).result?.options.length).toBeGreaterThan(50);
    expect((await complete('SELECT e| FROM events', {})).result?.from).toBe(7);
    expect((await complete('SELECT userIdentity.| FROM events', {})).result?.from).toBe(20);
  });
});
