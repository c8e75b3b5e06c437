import { parseTimestamp } from './scan/timestamp.ts';

export interface FileNameFacts {
  readonly accountId: string | null;
  readonly region: string | null;
  /** Delivery time, `YYYY-MM-DD HH:MM:SS`, UTC. */
  readonly deliveredAt: string | null;
}

/** Old documentation shows names without the `_` before the suffix; digests have the trail's name before the time. */
const pattern = /(\d{9,14})_CloudTrail(?:-[A-Za-z]+)?_([a-z0-9-]+)_(?:.*_)?(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?Z/;

/**
 * What CloudTrail says in a log file's name:
 * `<account>_CloudTrail_<region>_<YYYYMMDDTHHmmZ>_<suffix>.json.gz` (“CloudTrail log file examples”). Copied folders
 * may lie about it, so it is never used for the events themselves.
 */
export function fileNameFacts(name: string): FileNameFacts {
  const match = pattern.exec(name);
  if (!match) return { accountId: null, region: null, deliveredAt: null };
  const [, accountId, region, year, month, day, hour, minute, second] = match;
  const deliveredAt = `${year}-${month}-${day} ${hour}:${minute}:${second ?? '00'}`;
  return { accountId: accountId!, region: region!, deliveredAt: parseTimestamp(deliveredAt) ? deliveredAt : null };
}
