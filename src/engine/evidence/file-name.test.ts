import { expect, test } from 'vitest';
import { fileNameFacts } from './file-name.ts';

const none = { accountId: null, region: null, deliveredAt: null };

test.each([
  ['123456789012_CloudTrail_eu-central-1_20240801T1335Z_AbCdEfGhIjKlMnOp.json.gz', '123456789012', 'eu-central-1', '2024-08-01 13:35:00'],
  ['123456789012_CloudTrail_us-east-2_20150801T0210Z7d8t4pL0zU1.json.gz', '123456789012', 'us-east-2', '2015-08-01 02:10:00'],
  ['123456789012_CloudTrail_us-gov-west-1_20240801T1335Z_x.json', '123456789012', 'us-gov-west-1', '2024-08-01 13:35:00'],
  ['123456789012_CloudTrail-Insight_cn-north-1_20240801T1335Z_x.json.gz', '123456789012', 'cn-north-1', '2024-08-01 13:35:00'],
  ['123456789012_CloudTrail-Digest_us-east-1_my_trail-1_us-west-2_20240801T133501Z.json.gz', '123456789012', 'us-east-1', '2024-08-01 13:35:01'],
  ['123456789012_CloudTrail-Digest_us-east-1_t_us-east-1_20240801T133501Z_backfill.json.gz', '123456789012', 'us-east-1', '2024-08-01 13:35:01'],
])('%s', (name, accountId, region, deliveredAt) => {
  expect(fileNameFacts(name)).toEqual({ accountId, region, deliveredAt });
}); // prettier-ignore

test('names that say nothing, or only nearly, give nothing', () => {
  for (const name of [
    'events.json',
    'CloudTrail.json.gz',
    '123_CloudTrail_us-east-1_20240801T1335Z_x.json.gz',
    '123456789012_CloudTrail_us-east-1_20240801_x.json.gz',
  ]) {
    expect(fileNameFacts(name), name).toEqual(none);
  }
});

test('a time that does not exist is no time', () => {
  expect(fileNameFacts('123456789012_CloudTrail_us-east-1_20249901T1335Z_x.json.gz').deliveredAt).toBeNull();
  expect(fileNameFacts('123456789012_CloudTrail_us-east-1_20240801T2561Z_x.json.gz').deliveredAt).toBeNull();
});
