import { describe, expect, it } from 'vitest';
import type { S3FetchRequest, S3Selection } from '#shared/api/index.ts';
import { isRegionCode } from './aws-regions.ts';
import { bucketUrl, clockSkewWords, profileFacts, profileLabel, requestWords } from './source-words.ts';

const selection: S3Selection = {
  prefixes: null,
  organizations: null,
  accounts: null,
  regions: null,
  kinds: null,
  everything: false,
  from: null,
  to: null,
  lagDays: 1,
};

function request(changes: Partial<S3Selection>): S3FetchRequest {
  return {
    kind: 's3',
    access: {
      url: 's3://bucket',
      profile: null,
      region: null,
      endpointUrl: null,
      forcePathStyle: false,
      requesterPays: false,
    },
    selection: { ...selection, ...changes },
    options: { concurrency: null, withProof: true, withNoncurrent: true },
  };
}

describe('a request in words', () => {
  it('names what was left open and what was chosen', () => {
    expect(requestWords(request({}))).toBe('everything · all days');
    expect(requestWords(request({ everything: true }))).toBe('every object, whatever its key');
    expect(requestWords(request({ prefixes: ['a/'], from: '2023-07-10' }))).toBe('1 stream · from 2023-07-10');
    expect(
      requestWords(
        request({ accounts: ['111', '222'], kinds: ['a', 'b', 'c'], from: '2023-07-10', to: '2023-07-12', lagDays: 2 }),
      ),
    ).toBe('111, 222 · 3 kinds · 2023-07-10 to 2023-07-12 + 2 days for late deliveries');
    expect(
      requestWords({
        kind: 'event-history',
        access: { profile: null, endpointUrl: null },
        regions: ['us-east-1', 'eu-west-1', 'eu-west-2', 'eu-west-3'],
        from: null,
        to: null,
      }),
    ).toBe('4 regions · all days');
  });
});

describe('the clock', () => {
  it('is worth a sentence from a second on, in the right direction', () => {
    expect(clockSkewWords(null)).toBeNull();
    expect(clockSkewWords(-1000)).toBeNull();
    expect(clockSkewWords(3240)).toBe('This machine’s clock was 3.2 s ahead of the server’s.');
    expect(clockSkewWords(-3_725_000)).toBe('This machine’s clock was 1 h 02 min behind the server’s.');
  });
});

describe('what is typed', () => {
  it('becomes an s3:// URL', () => {
    expect(bucketUrl(' s3://trail/logs ')).toBe('s3://trail/logs');
    expect(bucketUrl('trail/logs')).toBe('s3://trail/logs');
    expect(bucketUrl('arn:aws-us-gov:s3:::trail/logs')).toBe('s3://trail/logs');
    expect(bucketUrl('  ')).toBe('');
  });

  it('is a region if it looks like one', () => {
    for (const region of ['eu-west-1', 'us-gov-east-1', 'cn-northwest-1', 'us-isob-east-1']) {
      expect(isRegionCode(region)).toBe(true);
    }
    for (const text of ['', 'eu-west', 'EU-WEST-1', 'eu west 1', 'us-east-1.evil.example']) {
      expect(isRegionCode(text)).toBe(false);
    }
  });
});

describe('a profile', () => {
  it('says how it gets credentials', () => {
    const profile = {
      name: 'audit',
      method: 'assume-role',
      region: 'eu-west-1',
      mfaSerial: 'arn:aws:iam::111122223333:mfa/jo',
      roleArn: 'arn:aws:iam::111122223333:role/Audit',
      ssoStartUrl: null,
      endpointUrl: null,
    } as const;
    expect(profileLabel(profile)).toBe('audit (assumes a role, MFA)');
    expect(profileFacts(profile)).toEqual([
      'Role arn:aws:iam::111122223333:role/Audit',
      'Asks for a code of arn:aws:iam::111122223333:mfa/jo',
      'Region eu-west-1',
    ]);
  });
});
