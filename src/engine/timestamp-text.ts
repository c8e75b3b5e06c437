import type { EngineOptions } from './engine-context.ts';

/** The present instant (or `at`) as DuckDB casts it to TIMESTAMP: `YYYY-MM-DD HH:MM:SS.mmm`, UTC. */
export function timestampText(options: Pick<EngineOptions, 'now'>, at: Date = options.now?.() ?? new Date()): string {
  return at.toISOString().replace('T', ' ').replace('Z', '');
}
