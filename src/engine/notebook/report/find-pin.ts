import type { Pin } from '#shared/api/pins.ts';
import type { QueryParameters } from '#shared/api/query.ts';
import { upstreamOf } from '#engine/pins/upstream.ts';
import type { ResultOrigin } from '#engine/query/statement.ts';

/** The first pin of the same statement with the same parameters, which read the same named cells; null without one. */
export function findPin(pins: readonly Pin[], origin: ResultOrigin): Pin | null {
  const ran = identityOf(origin);
  const candidates = pins.filter((pin) => identityOf(pin) === ran);
  if (candidates.length === 0) return null;
  const upstream = upstreamKey(upstreamOf(origin));
  return candidates.find((pin) => upstreamKey(pin.upstream) === upstream) ?? null;
}

interface Identified {
  readonly sql: string;
  readonly dialect: string;
  readonly parameters: QueryParameters;
}

function identityOf({ sql, dialect, parameters }: Identified): string {
  const given = Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), value] as const);
  return JSON.stringify([sql, dialect, given.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function upstreamKey(upstream: Pin['upstream']): string {
  const cells = upstream.map((cell) => [cell.name.toLowerCase(), identityOf(cell)] as const);
  return JSON.stringify([...cells].sort(([a], [b]) => (a < b ? -1 : 1)));
}
