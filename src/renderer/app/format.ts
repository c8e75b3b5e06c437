const integer = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const oneDecimal = new Intl.NumberFormat('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** `2900` → `2,900` */
export function formatCount(count: number): string {
  return integer.format(count);
}

/** `1, 'event'` → `1 event`; `2900, 'event'` → `2,900 events` */
export function formatCounted(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** Bytes in powers of 1024, one decimal from KiB on: `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  if (bytes < 1024) return `${formatCount(bytes)} B`;
  let value = bytes;
  let unit = -1;
  do {
    value /= 1024;
    unit += 1;
  } while (value >= 1023.95 && unit < units.length - 1);
  return `${oneDecimal.format(value)} ${units[unit] ?? ''}`;
}

/** `14 ms`, `3.2 s`, `34 s`, `2 min 05 s`, `1 h 02 min` */
export function formatDuration(elapsedMs: number): string {
  if (elapsedMs < 1000) return `${Math.round(elapsedMs)} ms`;
  if (elapsedMs < 9_950) return `${oneDecimal.format(elapsedMs / 1000)} s`;
  const seconds = Math.round(elapsedMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** An instant of bookkeeping, UTC, to the second: `2026-11-23 19:30:43`. Takes ISO 8601 or DuckDB's own writing. */
export function formatInstant(at: string): string {
  return at.replace('T', ' ').replace(/(\.\d+)?(Z|\+00(:00)?)?$/, '');
}
