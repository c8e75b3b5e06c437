import type { EvidenceState, Pin, PinComparison } from '#shared/api/index.ts';
import { formatCount, formatCounted } from '../../app/format.ts';

/** What a pin's result came from. */
export function evidenceWords({ eventCount, fileCount, importIds }: EvidenceState): string {
  const parts = [formatCounted(eventCount, 'event'), formatCounted(fileCount, 'file')];
  return `${parts.join(', ')}, ${formatCounted(importIds.length, 'import')}`;
}

/** What running a pinned statement again showed, in a sentence. */
export function comparisonWords(comparison: PinComparison): string {
  const { isSame, isOrderOnly, columnsChanged, rowCount, pin } = comparison;
  if (columnsChanged)
    return `The columns are others now; the rows were not compared (${formatCounted(rowCount, 'row')} now).`;
  if (isOrderOnly) {
    return 'The same rows, in another order: the statement does not say which comes first among equal ones.';
  }
  if (isSame) return `The same ${formatCounted(pin.rowCount, 'row')}.`;
  const { added, removed, changed, unchanged, keyColumns } = comparison;
  const counts = [`${formatCount(added)} added`, `${formatCount(removed)} removed`];
  const matched = keyColumns.length > 0 ? [`${formatCount(changed)} changed`] : [];
  const how = keyColumns.length > 0 ? ` Rows were matched by ${keyColumns.join(', ')}.` : ' Whole rows were compared.';
  return `${[...counts, ...matched, `${formatCount(unchanged)} as they were`].join(', ')}.${how}`;
}

/** Whether the evidence is what it was. */
export function evidenceChangeWords({ evidenceChanged, evidence, pin }: PinComparison): string {
  if (!evidenceChanged) return 'The evidence is the same as then.';
  const events = evidence.eventCount - pin.evidence.eventCount;
  const files = evidence.fileCount - pin.evidence.fileCount;
  const by = (count: number, noun: string): string => `${count < 0 ? '−' : '+'}${formatCounted(Math.abs(count), noun)}`;
  return `The evidence has changed since: ${by(events, 'event')}, ${by(files, 'file')}.`;
}

/** Of the newest pin, for the button: its time if it is of today, else its day. */
export function pinnedWhen(pins: readonly Pin[], now: Date): string | null {
  const newest = pins
    .map(({ pinnedAt }) => pinnedAt)
    .toSorted()
    .at(-1);
  if (newest === undefined) return null;
  const [day = '', time = ''] = new Date(newest).toISOString().split('T');
  return now.toISOString().startsWith(day) ? time.slice(0, 5) : day;
}
