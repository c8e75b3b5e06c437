import { describe, expect, it } from 'vitest';
import {
  defaultSort,
  eventParameters,
  kindsParameters,
  rangeParameters,
  readLocation,
  sortParameters,
} from './timeline-location.ts';

function roundTrip(parameters: Record<string, string | null>) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== null) search.set(name, value);
  return readLocation(new URLSearchParams(search.toString()));
}

describe('the timeline’s URL', () => {
  it('gives back what was put in, to the microsecond', () => {
    const range = { fromMicros: 1_688_989_320_000_001, toMicros: 1_688_992_620_000_000 };
    const sort = { column: 'errorCode', descending: true } as const;
    const event = { fileId: 12, recordIndex: 0 };
    const location = roundTrip({
      ...rangeParameters(range),
      ...kindsParameters(['write', 'denied']),
      ...sortParameters(sort),
      ...eventParameters(event),
    });
    expect(location).toEqual({ range, sort, event, kinds: ['write', 'denied'] });
  });

  it('is empty for the whole case', () => {
    expect(Object.values({ ...rangeParameters(null), ...kindsParameters([]), ...sortParameters(defaultSort) })).toEqual(
      [null, null, null, null],
    );
    expect(roundTrip({})).toEqual({ range: null, kinds: [], sort: defaultSort, event: null });
  });

  it('leaves out what makes no sense', () => {
    expect(
      roundTrip({ from: '2023-07-10T12:00:00Z', to: '2023-07-10T11:00:00Z', kinds: 'all', sort: 'rm', event: '1' }),
    ).toEqual({ range: null, kinds: [], sort: defaultSort, event: null });
  });
});
