import type { DuckDBConnection } from '@duckdb/node-api';
import type { EventKind, Histogram, TimelineView } from '#shared/api/timeline.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import { bucketsFor } from './bucket-size.ts';
import { minuteCounts, minuteMicros, viewCounts } from './minute-counts.ts';
import { SharedCache } from './shared-cache.ts';
import { evidenceStamp, kindSql, microsOf, viewCondition } from './view-sql.ts';

/** Where the events of a case lie in time. */
interface CaseSpan {
  /** `[from, to)`; null without a readable time. */
  readonly range: { readonly from: bigint; readonly to: bigint } | null;
  readonly withoutTime: number;
}

const spans = new WeakMap<OpenCase, SharedCache<CaseSpan>>();

/** Events of the view by time and kind. Throws CANCELLED. */
export async function readHistogram(
  openCase: OpenCase,
  view: TimelineView,
  maxBuckets: number,
  signal?: AbortSignal,
): Promise<Histogram> {
  const startedAt = performance.now();
  const span = await caseSpan(openCase, signal);
  const range = view.range
    ? { from: microsOf(view.range.fromMicros), to: microsOf(view.range.toMicros) }
    : (span.range ?? { from: 0n, to: 0n });
  const buckets = bucketsFor(range.from, range.to, maxBuckets);
  const zeros = (): number[] => new Array<number>(buckets.count).fill(0);
  const counts: Record<EventKind, number[]> = { read: zeros(), write: zeros(), denied: zeros(), unknown: zeros() };
  const isOfMinutes = buckets.bucketMicros % minuteMicros === 0n;
  const source = isOfMinutes
    ? `SELECT minute * ${minuteMicros} AS micros, kind, events FROM ${viewCounts(await minuteCounts(openCase, signal), view)}`
    : `SELECT epoch_us(eventTime) AS micros, ${kindSql} AS kind, 1 AS events FROM events WHERE ${viewCondition(view)}`;
  await openCase.withConnection(async (connection) => {
    const reader = await connection.runAndReadAll(
      `SELECT ((micros - (${buckets.fromMicros})) // ${buckets.bucketMicros})::BIGINT AS bucket, kind, sum(events)::BIGINT
       FROM (${source}) WHERE micros IS NOT NULL GROUP BY bucket, kind`,
    );
    for (const [bucket, kind, count] of reader.getRows()) {
      const index = Number(bucket);
      // Imported since the span was read; the next histogram has it.
      if (index >= 0 && index < buckets.count) counts[kind as EventKind][index] = Number(count);
    }
  }, signal);
  return {
    fromMicros: Number(buckets.fromMicros),
    bucketMicros: Number(buckets.bucketMicros),
    ...counts,
    withoutTime: span.withoutTime,
    elapsedMs: performance.now() - startedAt,
  };
}

async function caseSpan(openCase: OpenCase, signal: AbortSignal | undefined): Promise<CaseSpan> {
  let cache = spans.get(openCase);
  if (!cache) {
    cache = new SharedCache<CaseSpan>(1);
    spans.set(openCase, cache);
  }
  const stamp = await openCase.withConnection(evidenceStamp, signal);
  return cache.get(stamp, (shared) => openCase.withConnection(readCaseSpan, shared), signal);
}

async function readCaseSpan(connection: DuckDBConnection): Promise<CaseSpan> {
  const reader = await connection.runAndReadAll(
    'SELECT epoch_us(min(eventTime)), epoch_us(max(eventTime)), count(*) - count(eventTime) FROM events',
  );
  const [from, last, withoutTime] = reader.getRows()[0] ?? [];
  return {
    range: typeof from === 'bigint' && typeof last === 'bigint' ? { from, to: last + 1n } : null,
    withoutTime: Number(withoutTime ?? 0),
  };
}
