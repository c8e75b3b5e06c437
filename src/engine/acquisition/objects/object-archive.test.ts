import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeSegment } from '../../evidence/archive-path.ts';
import { ObjectArchive } from './object-archive.ts';
import type { ArchivedRecord, ListedObject, ObjectRecord } from './object-record.ts';

let casePath: string;
let archive: ObjectArchive;

beforeEach(async () => {
  casePath = await mkdtemp(join(tmpdir(), 'trailbench-objects-'));
  await mkdir(join(casePath, 'archive'));
  archive = new ObjectArchive(casePath, 'trail');
});
afterEach(() => rm(casePath, { recursive: true, force: true }));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

function recordOf(key: string, text: string, versionId: string | null = null): ObjectRecord {
  const shown = { etag: md5(text), sizeBytes: Buffer.byteLength(text), lastModifiedAt: '2024-03-09T00:00:00.000Z' };
  return {
    ...{ bucket: 'trail', key, versionId, ...shown, isLatest: true, storageClass: null, contentType: null },
    ...{ contentEncoding: null, encryption: null, kmsKeyId: null, metadata: { signature: 'ab' }, checksums: {} },
    ...{ missingMetadataCount: 0, listed: shown, hasChangedSinceListed: false, sha256: sha256(text) },
    ...{ verifiedBy: ['length'], endpoint: 'http://s3', requestId: 'r', downloadedAt: '2024-03-10T00:00:00.000Z' },
  };
}

function listedOf(key: string, text: string, versionId: string | null = null): ListedObject {
  const { etag, sizeBytes, lastModifiedAt } = recordOf(key, text);
  return { key, versionId, etag, sizeBytes, lastModifiedAt, isLatest: true, storageClass: null };
}

async function keep(key: string, text: string, versionId: string | null = null, into = archive) {
  const part = into.newPart();
  await writeFile(part, text);
  return into.keep(part, recordOf(key, text, versionId));
}

async function held(of = new ObjectArchive(casePath, 'trail')): Promise<ArchivedRecord[]> {
  const records: ArchivedRecord[] = [];
  for await (const record of of.held()) records.push(record);
  return records;
}

const bodyOf = ({ storedPath }: ArchivedRecord): Promise<string> => readFile(join(casePath, storedPath), 'utf8');

test('an object lies under its own key, its sidecar beside it, and is found again by another process', async () => {
  const key = 'AWSLogs/123456789012/CloudTrail/us-east-1/2024/03/09/a.json.gz';
  const { archived, isNew } = await keep(key, 'body', 'v1');
  expect(isNew).toBe(true);
  expect(archived.storedPath).toBe(`archive/s3/trail/${key}`);
  expect(await bodyOf(archived)).toBe('body');
  const sidecar = JSON.parse(await readFile(join(casePath, `${archived.storedPath}%meta.json`), 'utf8')) as object;
  expect(sidecar).toMatchObject({ sidecarVersion: 1, key, versionId: 'v1', metadata: { signature: 'ab' } });
  const other = new ObjectArchive(casePath, 'trail');
  expect(await other.find(listedOf(key, 'body', 'v1'))).toEqual(archived);
  expect(await other.find(listedOf(key, 'body'))).toEqual(archived);
  for (const listed of [listedOf(key, 'body', 'v2'), listedOf(key, 'bodx'), listedOf(`${key}x`, 'body')]) {
    expect(await other.find(listed)).toBeNull();
  }
  expect(await new ObjectArchive(casePath, 'another').find(listedOf(key, 'body'))).toBeNull();
  await archive.close();
  expect(await readdir(join(casePath, 'archive/s3/trail'))).toEqual(['AWSLogs']);
});

test('other content of a key is kept beside the first, the same again adds nothing', async () => {
  const first = await keep('a/log', 'one');
  const second = await keep('a/log', 'two');
  const third = await keep('a/log', 'one', 'v3');
  expect([first, second].map(({ archived }) => archived.storedPath)).toEqual(['archive/s3/trail/a/log', 'archive/s3/trail/a/log%=2']); // prettier-ignore
  // Without a version on one side, equal content is the same object.
  expect(third).toEqual({ archived: first.archived, isNew: false });
  await keep('b/log', 'one', 'v1');
  expect(await keep('b/log', 'one', 'v2')).toMatchObject({ isNew: true });
  expect(await keep('b/log', 'one', 'v1')).toMatchObject({ isNew: false });
  expect(await keep('b/log', 'old', 'null')).toMatchObject({ isNew: true });
  // The version `null` can be written over.
  expect(await keep('b/log', 'new', 'null')).toMatchObject({ isNew: true });
  expect(await held()).toHaveLength(6);
});

test('versions of one key that come at the same time do not take each other’s place', async () => {
  const texts = Array.from({ length: 40 }, (_unused, index) => `version ${index}`);
  const kept = await Promise.all(texts.map((text, index) => keep('a/log', text, `v${index}`)));
  expect(await Promise.all(kept.map(({ archived }) => bodyOf(archived)))).toEqual(texts);
  expect((await held()).map(({ record }) => record.versionId).sort()).toEqual(texts.map((_text, index) => `v${index}`).sort()); // prettier-ignore
});

test('any keys are kept apart, as every system compares names, and can be told from their paths', async () => {
  const odd = ['', '.', '..', 'a', 'A', 'a/', 'a//', 'a//b', 'a/b', 'a/B', '/a', '//', 'a/b/c', 'con', 'CON/x', 'é', 'e\u0301', '%=2', 'a%=2', 'a%meta.json', 'x%2Fy', '%part/1', '%part', '%long/x', '%-', 'a/%-', 'tab\t', 'end. ', 'a:b', '中😀', '../../../etc/passwd'].filter((key) => key !== ''); // prettier-ignore
  const letters = ['a', 'A', '/', '.', ' ', '%', '=', '2', 'é', 'ß', 'İ', '-', '\u0001', '\\', ':', '~'];
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  const keys = new Set(odd);
  while (keys.size < 400)
    keys.add(Array.from({ length: 1 + random(7) }, () => letters[random(letters.length)]).join(''));
  keys
    .add('long/'.repeat(150) + 'x')
    .add('long/'.repeat(150) + 'X')
    .add(`n${'é'.repeat(200)}1`)
    .add(`n${'é'.repeat(200)}2`);
  const paths = new Map<string, string>();
  for (const key of keys) paths.set(key, (await keep(key, `body of ${key}`)).archived.storedPath);

  expect(new Set([...paths.values()].map((path) => path.normalize('NFC').toLowerCase())).size).toBe(keys.size);
  const again = new ObjectArchive(casePath, 'trail');
  for (const [key, path] of paths) {
    const found = await again.find(listedOf(key, `body of ${key}`));
    expect(found?.storedPath, key).toBe(path);
    expect(await bodyOf(found!)).toBe(`body of ${key}`);
    const decoded = path.slice('archive/s3/trail/'.length).split('/').map(decodeSegment).join('/');
    if (!path.includes('%long') && !path.includes('%~')) expect(decoded).toBe(key);
    for (const segment of path.split('/')) expect(Buffer.byteLength(segment)).toBeLessThanOrEqual(245);
    expect(Buffer.byteLength(path)).toBeLessThan(700);
  }
  expect((await held()).map(({ record }) => record.key).sort()).toEqual([...keys].sort());
});

test('what a killed process left is no object, and is replaced', async () => {
  const key = 'a/log';
  const { archived } = await keep(key, 'one');
  const path = join(casePath, archived.storedPath);
  // Between the two renames: a sidecar without a body.
  await rename(path, join(casePath, 'archive/s3/trail/%part/9'));
  await writeFile(join(casePath, 'archive/s3/trail/%part/10.json'), '{"half":');
  const next = new ObjectArchive(casePath, 'trail');
  expect(await next.find(listedOf(key, 'one'))).toBeNull();
  expect(await held()).toEqual([]);
  expect(await keep(key, 'other', null, next)).toMatchObject({
    isNew: true,
    archived: { storedPath: archived.storedPath },
  });
  expect(await readdir(join(casePath, 'archive/s3/trail/%part'))).toEqual([]);
  expect((await held()).map(({ record }) => record.sha256)).toEqual([sha256('other')]);
});

test('a body that was cut short is fetched again in its place; what has no sidecar of ours is left alone', async () => {
  const { archived } = await keep('a/log', 'evidence');
  await truncate(join(casePath, archived.storedPath), 3);
  const next = new ObjectArchive(casePath, 'trail');
  expect(await next.find(listedOf('a/log', 'evidence'))).toBeNull();
  expect(await held()).toEqual([]);
  expect(await keep('a/log', 'evidence', null, next)).toEqual({ archived, isNew: true });
  expect(await bodyOf(archived)).toBe('evidence');

  for (const sidecar of [
    null,
    '',
    'null',
    '{"sidecarVersion":2}',
    JSON.stringify({ ...recordOf('a/x', 'foreign'), sidecarVersion: 1, key: 'z' }),
  ]) {
    // prettier-ignore
    const folder = join(casePath, 'archive/s3/trail/a');
    await writeFile(join(folder, 'x'), 'foreign');
    if (sidecar !== null) await writeFile(join(folder, 'x%meta.json'), sidecar);
    const fresh = new ObjectArchive(casePath, 'trail');
    expect(await fresh.find(listedOf('a/x', 'foreign'))).toBeNull();
    const kept = await keep('a/x', 'foreign', null, fresh);
    expect(kept.archived.storedPath).toBe('archive/s3/trail/a/x%=2');
    expect(await readFile(join(folder, 'x'), 'utf8')).toBe('foreign');
    expect((await held()).map(({ storedPath }) => storedPath)).toEqual([
      'archive/s3/trail/a/log',
      kept.archived.storedPath,
    ]);
    for (const name of ['x', 'x%meta.json', 'x%=2', 'x%=2%meta.json']) await rm(join(folder, name), { force: true });
  }
});

test('links in a case from a stranger are neither read nor written through', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'trailbench-outside-'));
  try {
    await writeFile(join(outside, 'secret'), 'secret');
    await keep('a/log', 'one');
    const root = join(casePath, 'archive/s3/trail');
    await symlink(outside, join(root, 'b'));
    await symlink(join(outside, 'secret'), join(root, 'a/linked'));
    await symlink(join(outside, 'secret'), join(root, 'a/log%=2%meta.json'));
    await writeFile(join(root, 'a/log%=2'), 'two');
    const damaged = { code: 'CASE_DAMAGED', message: expect.stringContaining('link') as string };
    for (const key of ['b/log', 'a/linked', 'a/log']) {
      const fresh = new ObjectArchive(casePath, 'trail');
      await expect(fresh.find(listedOf(key, 'x'))).rejects.toMatchObject(damaged);
      await expect(keep(key, 'x', null, fresh)).rejects.toMatchObject(damaged);
    }
    await expect(held()).rejects.toMatchObject(damaged);

    await archive.close();
    await symlink(outside, join(root, '%part'));
    await keep('c/log', 'three', null, new ObjectArchive(casePath, 'trail'));
    await symlink(outside, join(casePath, 'archive/s3/other'));
    expect(() => new ObjectArchive(casePath, 'other').newPart()).toThrowError(
      expect.objectContaining(damaged) as Error,
    );
    expect(await readdir(outside)).toEqual(['secret']);
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
  } finally {
    await rm(outside, { recursive: true });
  }
});
