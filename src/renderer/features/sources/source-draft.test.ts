import { describe, expect, it } from 'vitest';
import type { S3FetchRequest, TrailStream } from '#shared/api/index.ts';
import { SourceDraft } from './source-draft.svelte.ts';

const stream = (account: string): TrailStream => ({
  prefix: `AWSLogs/${account}/CloudTrail/us-east-1/`,
  organizationId: null,
  accountId: account,
  kind: 'CloudTrail',
  region: 'us-east-1',
  firstDay: '2023-07-01',
  lastDay: '2023-07-12',
});
const discovery = {
  bucket: 'trail',
  bucketRegion: 'us-east-1',
  streams: [stream('222'), stream('111')],
  otherPrefixes: [],
  notes: [],
  requests: 1,
};
const earlier: S3FetchRequest = {
  kind: 's3',
  access: {
    url: 's3://trail',
    profile: 'audit',
    region: null,
    endpointUrl: 'http://store',
    forcePathStyle: true,
    requesterPays: false,
  },
  selection: {
    prefixes: ['AWSLogs/222/CloudTrail/us-east-1/'],
    organizations: null,
    accounts: null,
    regions: null,
    kinds: null,
    everything: false,
    from: '2023-07-01',
    to: null,
    lagDays: 3,
  },
  options: { concurrency: null, withProof: false, withNoncurrent: true },
};

describe('what is filled into the source dialog', () => {
  it('names no hosts before there is a bucket, and asks for everything at first', () => {
    const draft = new SourceDraft({ kind: 's3', request: null });
    expect(draft.hosts).toBeNull();
    draft.url = 'trail';
    expect(draft.hosts).toMatchObject({ kind: 's3', access: { url: 's3://trail', profile: null }, withProof: true });
    draft.take(discovery);
    expect(draft.problem).toBeNull();
    expect(draft.s3Request.selection).toMatchObject({
      prefixes: null,
      accounts: null,
      from: null,
      to: null,
      lagDays: 1,
    });
  });

  it('starts from an earlier request as it was, and comes back to the same one', () => {
    const draft = new SourceDraft({ kind: 's3', request: earlier });
    draft.take(discovery);
    expect(draft.request).toEqual(earlier);
    draft.url = 's3://another';
    draft.take(discovery);
    expect(draft.s3Request.selection.prefixes).toBeNull();
  });

  it('says what keeps a fetch from being started', () => {
    const draft = new SourceDraft({ kind: 's3', request: null });
    draft.url = 's3://trail';
    draft.take(discovery);
    draft.ticked = new Set();
    expect(draft.problem).toMatch(/at least one stream/);
    draft.take(discovery);
    draft.lagDays = 31;
    expect(draft.problem).toMatch(/0 to 30/);
    draft.kind = 'event-history';
    draft.historyRegions = [];
    expect(draft.problem).toMatch(/at least one region/);
  });

  it('takes every object of a bucket of copied logs, in which there are no streams', () => {
    const draft = new SourceDraft({ kind: 's3', request: null });
    draft.url = 's3://trail/copies';
    draft.take({ ...discovery, streams: [] });
    expect(draft.problem).toMatch(/at least one stream/);
    draft.everything = true;
    draft.from = '2023-07-01';
    expect(draft.problem).toBeNull();
    expect(draft.s3Request.selection).toMatchObject({ everything: true, prefixes: null, kinds: null, from: null });
  });

  it('never asks CloudTrail at the endpoint of a bucket', () => {
    const draft = new SourceDraft({ kind: 's3', request: earlier });
    draft.kind = 'event-history';
    expect(draft.request).toEqual({
      kind: 'event-history',
      access: { profile: 'audit', endpointUrl: null },
      regions: ['us-east-1'],
      from: '2023-07-01',
      to: null,
    });
  });
});
