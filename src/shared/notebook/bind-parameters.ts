import type { QueryParameters } from '../api/query.ts';
import type { Notebook, NotebookParameter } from './notebook.ts';

/** First and last eventTime of the case, as DuckDB writes TIMESTAMP; null in an empty case. */
export interface CaseSpan {
  readonly firstEventAt: string | null;
  readonly lastEventAt: string | null;
}

export interface BoundParameters {
  /** For `query.run`, by parameter name. */
  readonly values: QueryParameters;
  /** Why a text can't be its parameter's type, by the parameter's name in the form. */
  readonly problems: Readonly<Record<string, string>>;
}

/** `$from` and `$to`, which every notebook has without declaring them. */
export const spanParameters: readonly NotebookParameter[] = [
  {
    name: 'from',
    type: 'timestamp',
    label: 'From',
    description: 'The case’s first event unless set.',
    defaultText: '',
  },
  { name: 'to', type: 'timestamp', label: 'To', description: 'The case’s last event unless set.', defaultText: '' },
];

/** The parameters a notebook has: its own, then the span's two where it does not declare them itself. */
export function parametersOf(notebook: Notebook): readonly NotebookParameter[] {
  const declared = new Set(notebook.parameters.map((parameter) => parameter.name.toLowerCase()));
  return [...notebook.parameters, ...spanParameters.filter((parameter) => !declared.has(parameter.name))];
}

/**
 * What is typed (or the default, where nothing is given) as values to bind. An empty text is NULL; for a timestamp called
 * `from` or `to` it is the end of the case's span.
 */
export function bindParameters(
  parameters: readonly NotebookParameter[],
  texts: Readonly<Record<string, string>>,
  span: CaseSpan,
): BoundParameters {
  const values: Record<string, QueryParameters[string]> = {};
  // Without a prototype: a parameter may be called `constructor`.
  const problems = Object.create(null) as Record<string, string>;
  for (const parameter of parameters) {
    const { name, defaultText } = parameter;
    const text = (Object.hasOwn(texts, name) ? texts[name] : null) ?? defaultText;
    try {
      Object.assign(values, valuesOf(parameter, text, span));
    } catch (error) {
      problems[name] = error instanceof Error ? error.message : String(error);
    }
  }
  return { values, problems };
}

function valuesOf({ name, type }: NotebookParameter, given: string, span: CaseSpan): QueryParameters {
  const text = given.trim();
  switch (type) {
    case 'text':
    case 'identity':
    case 'ip':
      return { [name]: text === '' ? null : text };
    case 'number':
      return { [name]: text === '' ? null : { type: 'number', value: numberText(text) } };
    case 'timestamp':
      return { [name]: timestamp(text === '' ? (spanEnd(name, span) ?? '') : text) };
    case 'list':
      return { [name]: { type: 'list', value: listItems(given) } };
    case 'range': {
      const [from = '', to = '', ...more] = text.split('/');
      if (more.length > 0) throw new Error(`“${text}” is no time range. Write its two ends as from/to.`);
      return {
        [`${name}_from`]: timestamp(from.trim() || (span.firstEventAt ?? '')),
        [`${name}_to`]: timestamp(to.trim() || (span.lastEventAt ?? '')),
      };
    }
  }
}

/** One a line, or between commas if there is but one line: so a value may have a comma. */
function listItems(text: string): string[] {
  const items = text.split(text.includes('\n') ? '\n' : ',');
  return items.map((item) => item.trim()).filter(Boolean);
}

function spanEnd(name: string, span: CaseSpan): string | null {
  if (name.toLowerCase() === 'from') return span.firstEventAt;
  return name.toLowerCase() === 'to' ? span.lastEventAt : null;
}

function numberText(text: string): string {
  const isNumber = /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(text);
  if (isNumber && Number.isFinite(Number(text))) return text;
  throw new Error(`“${text}” is no number. Write digits, with a point for fractions.`);
}

/** `2023-07-10`, `2023-07-10 12:04`, with seconds and fractions, a `T` between, a `Z` or offset behind; UTC without one. */
const timestampPattern =
  /^(\d{4}-\d{2}-\d{2})(?:[T ]((?!24)\d{2}:\d{2})(:\d{2}(?:\.\d{1,6})?)?\s*(Z|[-+]\d{2}:?\d{2})?)?$/i;

function timestamp(text: string): QueryParameters[string] {
  if (text === '') return null;
  const [, day = '', minute = '00:00', seconds = ':00', zone = 'Z'] = timestampPattern.exec(text) ?? [];
  const [second = ':00', fraction = ''] = seconds.split(/(?=\.)/);
  const offset = zone.toUpperCase() === 'Z' ? 'Z' : zone.replace(/^(...)(\d\d)$/, '$1:$2');
  const at = new Date(`${day}T${minute}${second}${offset}`);
  // Date rolls 30 February over into March.
  const isReal = day !== '' && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day);
  const [whole = ''] = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.exec(at.toJSON() ?? '') ?? [];
  if (!isReal || whole === '') throw new Error(`“${text}” is no time. Write it as 2023-07-10 12:04:47 (UTC).`);
  return { type: 'timestamp', value: `${whole.replace('T', ' ')}${fraction}` };
}
