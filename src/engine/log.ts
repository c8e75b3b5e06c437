import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export type Log = (message: string, error?: unknown) => void;

/**
 * A log file that is renamed to `<path>.1` once it exceeds `maxBytes`. Written synchronously, so that a crash loses
 * nothing; it never throws.
 */
export function createLog(path: string, now: () => Date = () => new Date(), maxBytes = 2_000_000): Log {
  return (message, error) => {
    const text = error === undefined ? message : `${message}: ${describeError(error)}`;
    const line = `${now().toISOString()} [${process.pid}] ${text.replaceAll('\n', '\n    ')}\n`;
    try {
      mkdirSync(dirname(path), { recursive: true });
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > maxBytes) renameSync(path, `${path}.1`);
      appendFileSync(path, line);
    } catch {
      // A full disk must not turn a logged problem into a second one.
    }
  };
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? stack : `${stack}\nCaused by: ${describeError(error.cause)}`;
}
