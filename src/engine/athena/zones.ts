import { refuse, type Placed } from './problem.ts';

/** DuckDB's name of a time zone as Athena writes it: `UTC`, `America/New_York`, `+02:00`. */
export function zoneName(written: string, place: Placed): string {
  const zone = written.trim();
  if (/^(?:utc|z|gmt|\+00:?00|etc\/utc)$/i.test(zone)) return 'UTC';
  const [, sign, hours = '', minutes = ''] = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(zone) ?? [];
  if (sign) {
    if (Number(minutes) !== 0 || Number(hours) > 14) {
      refuse(place, 'Offsets of whole hours and names such as Asia/Kolkata are translated.');
    }
    // The signs of Etc/GMT+5 are the other way round: it is 5 hours behind UTC.
    return `Etc/GMT${sign === '+' ? '-' : '+'}${Number(hours)}`;
  }
  if (!/^[A-Za-z]+(?:[/_+-][A-Za-z0-9]+)*$/.test(zone)) refuse(place, `“${written}” is no time zone.`);
  return zone;
}
