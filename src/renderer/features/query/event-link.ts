import type { ResultColumn } from '#shared/api/index.ts';
import { pageHref } from '../../app/router.svelte.ts';
import type { ResultRow } from './result-view.svelte.ts';

/** The link to the event a row is about, if the result has the columns that say which; null otherwise. */
export function eventHref(columns: readonly ResultColumn[], row: ResultRow | undefined): string | null {
  const valueOf = (name: string): string | null => {
    const index = columns.findIndex((column) => column.name.toLowerCase() === name);
    const value = index < 0 ? null : row?.[index];
    return value !== null && value !== undefined && /^\d{1,9}$/.test(String(value)) ? String(value) : null;
  };
  const fileId = valueOf('fileid');
  const recordIndex = valueOf('recordindex');
  return fileId === null || recordIndex === null ? null : pageHref('timeline', { event: `${fileId}:${recordIndex}` });
}
