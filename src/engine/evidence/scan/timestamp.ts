const pattern = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|UTC| UTC|[+-]\d\d:?\d\d)?$/;

export interface ParsedTimestamp {
  /** Microseconds since 1970 UTC. */
  readonly micros: bigint;
  /** True if the text is exactly how CloudTrail writes it, `YYYY-MM-DDTHH:MM:SSZ`, so the number says all. */
  readonly isCanonical: boolean;
}

/**
 * Reads the forms of eventTime seen in archives: CloudTrail's own, with fractions, with an offset (lookup-events
 * output), and without a zone (Athena exports, which are UTC). Null for anything else: no time is guessed.
 */
export function parseTimestamp(text: string): ParsedTimestamp | null {
  const match = pattern.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const millis = Date.UTC(+year!, +month! - 1, +day!, +hour!, +minute!, +second!);
  const date = new Date(millis);
  // Date.UTC rolls 31 February over; a time that does not exist is not a time.
  if (date.getUTCMonth() !== +month! - 1 || date.getUTCDate() !== +day! || +hour! > 23 || +minute! > 59) return null;
  if (+second! > 59 || +year! < 1900) return null;
  let micros = BigInt(millis) * 1000n + BigInt((fraction ?? '').slice(0, 6).padEnd(6, '0'));
  if (zone && zone !== 'Z' && !zone.endsWith('UTC')) {
    const hours = +zone.slice(1, 3);
    const minutes = +zone.slice(-2);
    if (hours > 18 || minutes > 59) return null;
    const offset = BigInt(hours * 60 + minutes) * 60_000_000n;
    micros += zone[0] === '-' ? offset : -offset;
  }
  return { micros, isCanonical: fraction === undefined && zone === 'Z' && text[10] === 'T' };
}
