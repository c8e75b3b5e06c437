import type { CaseInfo, ImportSummary } from '#shared/api/index.ts';
import { terminalText } from '../terminal-text.ts';

/** The accounting of an import or of a case, for people. */
export function importText(summary: ImportSummary): string {
  const { files, records } = summary;
  return [
    `Records  ${numberText(records.read)} read = ${numberText(records.stored)} stored + ${numberText(records.duplicate)} duplicate + ${numberText(records.rejected)} rejected`,
    `Files    ${numberText(files.seen)} seen: ${numberText(files.imported)} imported, ${numberText(files.unchanged)} unchanged, ${numberText(files.rejected)} rejected, ${numberText(files.other)} other`,
    `Bytes    ${sizeText(summary.bytes)} in ${durationText(summary.elapsedMs)}`,
  ].join('\n');
}

export function infoText(info: CaseInfo, accounting: ImportSummary): string {
  const { files, records } = accounting;
  const span = info.firstEventAt === null ? 'none' : `${info.firstEventAt} to ${info.lastEventAt ?? ''} UTC`;
  return [
    `Case      ${terminalText(info.name)}`,
    `Folder    ${terminalText(info.path)}`,
    `Made      ${terminalText(info.createdAt)}`,
    `Events    ${numberText(info.eventCount)} of ${numberText(info.accountCount)} accounts`,
    `Span      ${terminalText(span)}`,
    `Files     ${numberText(info.fileCount)}${info.hasReferencedFiles ? ', some of them referenced in place' : ''}`,
    `          ${numberText(files.imported)} imported, ${numberText(files.rejected)} rejected, ${numberText(files.other)} other`,
    `Records   ${numberText(records.read)} read = ${numberText(records.stored)} stored + ${numberText(records.duplicate)} duplicate + ${numberText(records.rejected)} rejected`,
    `Database  ${sizeText(info.databaseBytes)}, schema ${info.schemaVersion}`,
  ].join('\n');
}

/** `1,234,567`, whatever the machine's language. */
export function numberText(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function sizeText(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

export function durationText(milliseconds: number): string {
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
