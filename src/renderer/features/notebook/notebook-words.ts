import { parseNotebook } from '#shared/notebook/parse-notebook.ts';
import { namePattern, type CellView, type NotebookParameter, type ParameterType } from '#shared/notebook/notebook.ts';
import type { completableColumns } from '#shared/api/index.ts';
import type { StaleReason } from './cell-runs.svelte.ts';

export const viewNames: Readonly<Record<CellView, string>> = {
  table: 'Table',
  timeline: 'Timeline',
  bar: 'Bars',
  line: 'Lines',
  value: 'Value',
};

export const typeNames: Readonly<Record<ParameterType, string>> = {
  text: 'Text',
  number: 'Number',
  timestamp: 'Time',
  list: 'List',
  identity: 'Identity',
  ip: 'IP address',
  range: 'Time range',
};

export const staleWords: Readonly<Record<StaleReason, string>> = {
  statement: 'the SQL was changed since',
  parameters: 'a parameter has another value now',
  upstream: 'a cell that it reads has another result now',
  evidence: 'the evidence has changed since',
  gone: 'the result is no longer kept',
};

/** Why a cell can't be called so; null if it can. An empty name is none. */
export function cellNameProblem(name: string, otherNames: readonly string[]): string | null {
  if (name === '') return null;
  if (!namePattern.test(name)) return 'Write letters, digits and _, at most 64, no digit first.';
  if (otherNames.some((other) => other.toLowerCase() === name.toLowerCase())) return 'Another cell is called so.';
  const [problem] = parseNotebook(`\`\`\`sql name=${name}\n\`\`\``).blocks.flatMap((block) =>
    block.kind === 'cell' ? block.problems : [],
  );
  return problem ?? null;
}

/** Why a parameter can't be called so; null if it can. */
export function parameterNameProblem(name: string, otherNames: readonly string[]): string | null {
  if (!namePattern.test(name)) return 'Write letters, digits and _, at most 64, no digit first.';
  const isTaken = otherNames.some((other) => other.toLowerCase() === name.toLowerCase());
  return isTaken ? `There is a parameter $${name} already.` : null;
}

/** On one line, as a chip shows it; empty: it has no value. */
export function shownValue({ type }: NotebookParameter, text: string): string {
  const trimmed = text.trim();
  if (type === 'list') {
    const items = trimmed.split(/[\n,]/).map((item) => item.trim());
    const given = items.filter(Boolean);
    return given.length > 2 ? `${given.slice(0, 2).join(', ')} and ${given.length - 2} more` : given.join(', ');
  }
  if (type !== 'range') return trimmed;
  const [from = '', to = ''] = trimmed.split('/').map((end) => end.trim());
  return from === '' && to === '' ? '' : `${from || '…'} – ${to || '…'}`;
}

type CompletableColumn = (typeof completableColumns)[number];

const columnsByName: readonly (readonly [RegExp, CompletableColumn])[] = [
  [/access_?key/i, 'accessKeyId'],
  [/region/i, 'awsRegion'],
  [/account/i, 'accountId'],
  [/event_?name|api|call/i, 'eventName'],
  [/event_?source/i, 'eventSource'],
  [/service/i, 'service'],
  [/user_?agent/i, 'userAgent'],
  [/error/i, 'errorCode'],
];

/** The column whose values in the case help to fill a parameter in; null if none would. */
export function suggestionColumn({ name, type }: NotebookParameter): CompletableColumn | null {
  if (type === 'identity') return 'actor';
  if (type === 'ip') return 'sourceIPAddress';
  if (type !== 'text') return null;
  return columnsByName.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}
