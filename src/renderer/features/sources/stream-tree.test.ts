import { describe, expect, it } from 'vitest';
import type { TrailStream } from '#shared/api/index.ts';
import { daySpan, levelsFor, searchStreams, sortStreams, treeRows } from './stream-tree.ts';
import { facetsOf, isLogOrDigest, selectionOf, tickOfRange, ticksOf, tickSums, withTicks } from './stream-ticks.ts';

function stream(account: string, kind: string, region: string, changes: Partial<TrailStream> = {}): TrailStream {
  const organizationId = changes.organizationId === undefined ? 'o-one' : changes.organizationId;
  const inside = organizationId === null ? '' : `${organizationId}/`;
  return {
    prefix: `AWSLogs/${inside}${account}/${kind}/${region}/`,
    organizationId,
    accountId: account,
    kind,
    region,
    firstDay: '2023-01-01',
    lastDay: '2023-12-31',
    ...changes,
  };
}

const small = [
  stream('222', 'CloudTrail', 'us-east-1', { firstDay: '2023-02-01', lastDay: '2023-03-01' }),
  stream('111', 'CloudTrail-Digest', 'us-east-1', { firstDay: null, lastDay: null }),
  stream('111', 'CloudTrail', 'us-east-1', { firstDay: '2023-01-05', lastDay: '2023-01-09' }),
  stream('111', 'CloudTrail', 'eu-west-1', { firstDay: '2022-12-01', lastDay: '2023-01-07' }),
];
const everything = (): boolean => true;
const outline = (streams: readonly TrailStream[], isOpen = everything): string[] =>
  treeRows(sortStreams(streams), levelsFor(streams), isOpen).map((row) => '  '.repeat(row.depth) + row.value);

describe('the tree', () => {
  it('goes from organization over account and kind to region', () => {
    expect(outline(small)).toEqual([
      'o-one',
      '  111',
      '    CloudTrail',
      '      eu-west-1',
      '      us-east-1',
      '    CloudTrail-Digest',
      '      us-east-1',
      '  222',
      '    CloudTrail',
      '      us-east-1',
    ]);
  });

  it('leaves out levels that tell nothing, and shows trail folders where there are several', () => {
    expect(outline([stream('111', 'CloudTrail', 'us-east-1', { organizationId: null })])).toEqual([
      '111',
      '  CloudTrail',
      '    us-east-1',
    ]);
    const folders = ['a/', 'b/'].map((folder) =>
      stream('111', 'CloudTrail', 'us-east-1', { prefix: `${folder}AWSLogs/o-one/111/CloudTrail/us-east-1/` }),
    );
    expect(outline(folders, (): boolean => false)).toEqual(['a/', 'b/']);
  });

  it('spans the days of what lies below, empty streams aside', () => {
    const rows = treeRows(sortStreams(small), levelsFor(small), everything);
    const days = Object.fromEntries(rows.map((row) => [row.id, [row.firstDay, row.lastDay]]));
    expect(days['/o-one']).toEqual(['2022-12-01', '2023-03-01']);
    expect(days['/o-one/111']).toEqual(['2022-12-01', '2023-01-09']);
    expect(days['/o-one/111/CloudTrail-Digest']).toEqual([null, null]);
    expect(daySpan(small)).toEqual({ firstDay: '2022-12-01', lastDay: '2023-03-01' });
    expect(daySpan(small.slice(1, 2))).toBeNull();
  });

  it('tells screen readers the place of each row among its siblings', () => {
    const rows = treeRows(sortStreams(small), levelsFor(small), everything);
    expect(rows.filter(({ level }) => level === 'account').map((row) => [row.position, row.siblings])).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });

  it('looks only into what is open, however large the organization', () => {
    const kinds = [
      'CloudTrail',
      'CloudTrail-Aggregated',
      'CloudTrail-Digest',
      'CloudTrail-Insight',
      'CloudTrail-NetworkActivity',
    ];
    const large = Array.from({ length: 500 * 17 * 5 }, (_, index) =>
      stream(
        String(100_000_000_000 + Math.floor(index / 85)),
        kinds[index % 5] ?? '',
        `region-${Math.floor(index / 5) % 17}`,
      ),
    );
    const sorted = sortStreams(large);
    const levels = levelsFor(large);
    expect(treeRows(sorted, levels, (_, depth) => depth === 0)).toHaveLength(1 + 500);
    expect(treeRows(sorted, levels, everything)).toHaveLength(1 + 500 + 500 * 5 + 500 * 5 * 17);
  });

  it('is searched by all words, in any order and case', () => {
    expect(searchStreams(small, ' US-east 111 ').map(({ kind }) => kind)).toEqual(['CloudTrail-Digest', 'CloudTrail']);
    expect(searchStreams(small, '')).toBe(small);
    expect(searchStreams(small, 'nothing')).toEqual([]);
  });
});

describe('ticks', () => {
  const sorted = sortStreams(small);
  const all = ticksOf(sorted, null);
  const prefixesOf = (ticked: ReadonlySet<string>): readonly string[] | null => selectionOf(sorted, ticked).prefixes;
  const rowsWith = (ticked: ReadonlySet<string>): Record<string, string> => {
    const sums = tickSums(sorted, ticked);
    const rows = treeRows(sorted, levelsFor(small), everything);
    return Object.fromEntries(rows.map((row) => [row.id, tickOfRange(sums, row.start, row.end)]));
  };

  it('are whole, partial or off on every level', () => {
    expect(new Set(Object.values(rowsWith(all)))).toEqual(new Set(['all']));
    const ticked = withTicks(all, searchStreams(sorted, 'eu-west-1'), false);
    expect(rowsWith(ticked)).toMatchObject({
      '/o-one': 'some',
      '/o-one/111': 'some',
      '/o-one/111/CloudTrail': 'some',
      '/o-one/111/CloudTrail/eu-west-1': 'none',
      '/o-one/111/CloudTrail-Digest': 'all',
      '/o-one/222': 'all',
    });
  });

  it('become prefixes where they are partial, and null where everything is ticked', () => {
    expect(prefixesOf(all)).toBeNull();
    const logs = withTicks(new Set(), sorted.filter(isLogOrDigest), true);
    expect(prefixesOf(logs)).toBeNull();
    const digestsOff = withTicks(all, searchStreams(sorted, 'digest'), false);
    expect(prefixesOf(digestsOff)).toEqual([
      'AWSLogs/o-one/111/CloudTrail/eu-west-1/',
      'AWSLogs/o-one/111/CloudTrail/us-east-1/',
      'AWSLogs/o-one/222/CloudTrail/us-east-1/',
    ]);
    expect(prefixesOf(new Set())).toEqual([]);
  });

  it('become lists where prefixes would be very many, if these mean exactly the same', () => {
    const accounts = Array.from({ length: 60 }, (_, index) => String(100 + index));
    const many = sortStreams(
      accounts.flatMap((account) =>
        ['CloudTrail', 'CloudTrail-Digest', 'CloudTrail-Insight'].flatMap((kind) =>
          ['eu-west-1', 'us-east-1'].map((region) =>
            stream(account, kind, region, { organizationId: account < '130' ? null : 'o-one' }),
          ),
        ),
      ),
    );
    const every = ticksOf(many, null);
    const logs = withTicks(new Set(), many.filter(isLogOrDigest), true);
    const none = { prefixes: null, organizations: null, accounts: null, kinds: null, regions: null };
    expect(selectionOf(many, logs)).toEqual({ ...none, kinds: ['CloudTrail', 'CloudTrail-Digest'] });
    expect([...ticksOf(many, selectionOf(many, logs))].sort()).toEqual([...logs].sort());

    const oneAccountLess = withTicks(every, searchStreams(many, '/159/'), false);
    expect(selectionOf(many, oneAccountLess)).toEqual({ ...none, accounts: accounts.slice(0, 59) });

    const hole = withTicks(every, searchStreams(many, '/159/ digest us-east-1'), false);
    const { prefixes, ...lists } = selectionOf(many, hole);
    expect(prefixes).toHaveLength(60 * 6 - 1);
    expect(lists).toEqual({ organizations: null, accounts: null, kinds: null, regions: null });
  });

  it('come back from an earlier fetch, streams that are gone aside', () => {
    const prefixes = ['AWSLogs/o-one/222/CloudTrail/us-east-1/', 'AWSLogs/o-one/999/CloudTrail/us-east-1/'];
    const earlier = { prefixes, organizations: null, accounts: null, regions: null, kinds: null };
    expect([...ticksOf(sorted, earlier)]).toEqual(['AWSLogs/o-one/222/CloudTrail/us-east-1/']);
    expect([...ticksOf(sorted, { ...earlier, prefixes: null, accounts: ['111'], kinds: ['CloudTrail'] })]).toEqual([
      'AWSLogs/o-one/111/CloudTrail/eu-west-1/',
      'AWSLogs/o-one/111/CloudTrail/us-east-1/',
    ]);
  });

  it('are cut across by kind and by region', () => {
    const ticked = withTicks(all, searchStreams(sorted, '222'), false);
    expect(facetsOf(sorted, ticked, 'kind').map(({ value, tick }) => [value, tick])).toEqual([
      ['CloudTrail', 'some'],
      ['CloudTrail-Digest', 'all'],
    ]);
    expect(facetsOf(sorted, ticked, 'region').map(({ value, tick }) => [value, tick])).toEqual([
      ['eu-west-1', 'all'],
      ['us-east-1', 'some'],
    ]);
  });
});
