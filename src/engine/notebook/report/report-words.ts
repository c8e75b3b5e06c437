import type { EvidenceState } from '#shared/api/pins.ts';
import type { Cell, QueryParameters } from '#shared/api/query.ts';
import type { CaseSpan } from '#shared/notebook/bind-parameters.ts';
import type { ReportCell, ReportCover, ReportSummary, ReportTable } from './report.ts';

/** The sentences and figures of a report, the same in every format. Plain text; hostile parts are not yet harmless. */

/** What a table shows of a long value. */
export const maxShownCharacters = 2000;

export function cellText(cell: Cell): string {
  const text = String(cell);
  if (text.length <= maxShownCharacters) return text;
  return `${text.slice(0, maxShownCharacters)}… (${counted(text.length, 'character')})`;
}

export function parameterText(value: QueryParameters[string]): string {
  if (value === null) return 'NULL';
  if (typeof value !== 'object') return String(value);
  if (value.type === 'timestamp') return `${value.value} UTC`;
  return value.type === 'list' ? `[${value.value.join(', ')}]` : value.value;
}

export function spanText({ firstEventAt, lastEventAt }: CaseSpan): string {
  return firstEventAt === null ? 'no events' : `${firstEventAt} to ${lastEventAt ?? ''} UTC`;
}

export function evidenceText({ importIds, fileCount, eventCount, filesHash }: EvidenceState): string {
  const imports = `${counted(importIds.length, 'import')}${importIds.length > 0 ? ` (${idRanges(importIds)})` : ''}`;
  return `${imports}, ${counted(fileCount, 'file')}, ${counted(eventCount, 'event')}; files ${filesHash}`;
}

/** For each table, where the whole hash would drown the rest. */
export function shortEvidenceText({ importIds, fileCount, eventCount, filesHash }: EvidenceState): string {
  return `evidence: ${counted(importIds.length, 'import')}, ${counted(fileCount, 'file')}, ${counted(eventCount, 'event')}, files ${filesHash.slice(0, 16)}…`;
}

/** The facts of the cover, as name and text. */
export function coverFacts(cover: ReportCover): readonly (readonly [string, string])[] {
  return [
    ['Case', cover.caseName],
    ['Events from', spanText(cover.span)],
    ['Evidence', evidenceText(cover.evidence)],
    ['Notebook', `${cover.notebook ?? 'not saved'}; SHA-256 ${cover.notebookHash}`],
    ['Made', `${instantText(cover.generatedAt)} by ${cover.operator} with Trailbench ${cover.version}`],
    ...(cover.tags.length > 0 ? ([['Tags', cover.tags.join(', ')]] as const) : []),
  ];
}

/** What is true of a table: rows, times, evidence, where it comes from. */
export function tableFacts({ reads }: ReportCell, table: ReportTable): readonly string[] {
  const { rows, rowCount, columns, ranAt, elapsedMs, evidence, contentHash, pin } = table;
  const size =
    rows.length < rowCount ? `first ${number(rows.length)} of ${counted(rowCount, 'row')}` : counted(rowCount, 'row');
  return [
    `${size}, ${counted(columns.length, 'column')}`,
    `ran ${instantText(ranAt)} in ${elapsedText(elapsedMs)}`,
    shortEvidenceText(evidence),
    ...(reads.length > 0 ? [`reads ${reads.map((name) => `“${name}”`).join(', ')}`] : []),
    ...(contentHash === null ? [] : [`content SHA-256 ${contentHash}`]),
    ...(pin === null ? [] : [nowText(pin.now)]),
  ];
}

/** Null if the rows were not pinned. */
export function pinText({ pin, evidence }: ReportTable): string | null {
  if (pin === null) return null;
  const { title, note, pinnedAt, operator } = pin;
  const words = `Pinned result “${title}”: pinned at ${instantText(pinnedAt)} by ${operator}, evidence as of ${counted(evidence.importIds.length, 'import')} and ${counted(evidence.eventCount, 'event')}.`;
  return note.trim() === '' ? words : `${words} ${note.trim()}`;
}

function nowText({ rowCount, isSame }: { readonly rowCount: number; readonly isSame: boolean }): string {
  return isSame
    ? 'the same statement gives the same rows now'
    : `the same statement gives other rows, or another order, now (${counted(rowCount, 'row')})`;
}

export function summaryText(summary: ReportSummary): string {
  const { cellCount, failedCells, skippedCells, evidenceChanged } = summary;
  const parts = [
    `${number(cellCount - failedCells - skippedCells)} of ${counted(cellCount, 'cell')} ran`,
    ...(failedCells > 0 ? [`${number(failedCells)} failed`] : []),
    ...(skippedCells > 0 ? [`${number(skippedCells)} skipped`] : []),
  ];
  const changed = ' Evidence was imported while the report was made: tables may show different states of it.';
  return `${parts.join(', ')}.${evidenceChanged ? changed : ''}`;
}

export function counted(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

export function number(count: number): string {
  return count.toLocaleString('en-US');
}

/** `2023-07-10 12:04:47 UTC` */
export function instantText(at: string): string {
  return `${at.slice(0, 19).replace('T', ' ')} UTC`;
}

function elapsedText(elapsedMs: number): string {
  return elapsedMs < 1000 ? `${Math.max(1, Math.round(elapsedMs))} ms` : `${(elapsedMs / 1000).toFixed(1)} s`;
}

/** `1–3, 5` */
function idRanges(ids: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const id of ids) {
    const last = ranges.at(-1);
    if (last && id === last[1] + 1) last[1] = id;
    else ranges.push([id, id]);
  }
  const shown = ranges.slice(0, 20).map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`));
  return `no. ${shown.join(', ')}${ranges.length > shown.length ? ' …' : ''}`;
}
