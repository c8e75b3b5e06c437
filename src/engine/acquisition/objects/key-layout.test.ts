import { expect, test } from 'vitest';
import { folderName, placeOf, placeOfObject } from './key-layout.ts';

test('every level of the layout is told by its prefix', () => {
  const trail = 'logs/prod/AWSLogs/o-exampleorg1/123456789012/CloudTrail-Digest/us-gov-west-1/2024/03/09/';
  const levels = [
    'above', 'above', 'above', 'root', 'organization', 'account', 'kind', 'region', 'year', 'month', 'day',
  ]; // prettier-ignore
  const prefixes = [''];
  for (let end = trail.indexOf('/'); end !== -1; end = trail.indexOf('/', end + 1))
    prefixes.push(trail.slice(0, end + 1));
  expect(prefixes.map((prefix) => placeOf(prefix)?.level)).toEqual(levels);
  expect(placeOf(trail)).toEqual({
    level: 'day',
    organizationId: 'o-exampleorg1',
    accountId: '123456789012',
    kind: 'CloudTrail-Digest',
    region: 'us-gov-west-1',
    year: '2024',
    month: '03',
    day: '09',
  });
});

test('trails without an organization, below no prefix, and without AWSLogs', () => {
  expect(placeOf('AWSLogs/')).toMatchObject({ level: 'root' });
  expect(placeOf('AWSLogs/123456789012/')).toMatchObject({ level: 'account', organizationId: null });
  expect(placeOf('AWSLogs/123456789012/CloudTrail/cn-north-1/')).toMatchObject({
    level: 'region',
    accountId: '123456789012',
    region: 'cn-north-1',
  });
  expect(placeOf('123456789012/CloudTrail/us-iso-east-1/2020/')).toMatchObject({ level: 'year', year: '2020' });
});

test('accounts of anonymised sets have 9 to 14 digits', () => {
  for (const account of ['123456789', '12345678901234']) {
    expect(placeOf(`AWSLogs/${account}/CloudTrail-Insight/xx-nowhere-9/`)?.accountId).toBe(account);
  }
  expect(placeOf('AWSLogs/12345678/CloudTrail/us-east-1/')).toMatchObject({ level: 'above' });
});

test('other services and CloudTrail Lake are no part of a trail', () => {
  expect(placeOf('AWSLogs/123456789012/Config/us-east-1/2024/3/9/')).toMatchObject({ level: 'above' });
  expect(placeOf('AWSLogs/123456789012/CloudTrail-Lake/Query/2024/03/09/')).toMatchObject({ level: 'above' });
  expect(placeOf('CloudTrail/us-east-1/')).toMatchObject({ level: 'above' });
});

test('a folder that the layout does not know leads nowhere', () => {
  const region = 'AWSLogs/123456789012/CloudTrail/us-east-1/';
  for (const odd of ['copies/', '2024/13/', '2024/3/', '2024/03/32/', '2024/03/09/more/']) {
    expect(placeOf(region + odd), odd).toBeNull();
  }
});

test('of several kinds in a path the last one counts', () => {
  const prefix = '111111111111/CloudTrail/backup/AWSLogs/222222222222/CloudTrail/eu-west-1/';
  expect(placeOf(prefix)).toMatchObject({ level: 'region', accountId: '222222222222' });
});

test('an object is placed by its folder, whatever its name', () => {
  const folder = 'AWSLogs/123456789012/CloudTrail/us-east-1/2024/03/09/';
  expect(placeOfObject(`${folder}x`)).toMatchObject({ level: 'day', day: '09' });
  expect(placeOfObject(folder)).toMatchObject({ level: 'day' });
  expect(placeOfObject('AWSLogs/123456789012/CloudTrail/us-east-1/x')).toBeNull();
  expect(placeOfObject('x')).toBeNull();
});

test('the name of a folder', () => {
  expect(folderName('a/b/c/')).toBe('c');
  expect(folderName('a/')).toBe('a');
  expect(folderName('a//')).toBe('');
});
