import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { finish, Workplace, type Finished } from '../cli/run-trailbench.ts';
import { hashesBelow } from './support/fetching-engine.ts';
import { testS3 } from './support/rgw.ts';
import type { S3Keys } from './support/s3-server.ts';
import { makeTrail, totals, type Trail } from './support/trail-objects.ts';

const s3 = await testS3();

describe.skipIf(!s3)('trailbench fetch', () => {
  const server = s3!;
  let bucket: string;
  let trail: Trail;
  let workplace: Workplace;
  let keys: S3Keys;

  beforeAll(async () => {
    bucket = await server.makeBucket();
    trail = makeTrail({ objects: 150, bucket, dayCount: 4, seed: 11 });
    await server.putObjects(bucket, [...trail.objects, ...trail.others]);
    keys = await server.makeUser({ mayRead: [bucket] });
  });
  afterAll(() => server.releaseBucket(bucket));
  beforeEach(async () => {
    workplace = await Workplace.make();
  });
  afterEach(() => workplace.remove());

  const store = () => ['--endpoint-url', server.endpoint, '--path-style'];
  const fetch = (...args: readonly string[]): Promise<Finished> => fetchAs(keys, ...args);
  const fetchAs = (as: S3Keys, ...args: readonly string[]): Promise<Finished> =>
    finish(workplace.startWith(server.environment(as), 'fetch', ...args));

  test('a dry run counts and makes no case; the fetch brings just that; again it brings nothing', async () => {
    const account = ['--account', '111122223333', '--kind', 'CloudTrail'];
    const chosen = trail.objects.filter((each) => each.accountId === '111122223333' && each.kind === 'CloudTrail');
    const truth = totals(chosen);
    const dry = await fetch('case', `s3://${bucket}`, ...store(), ...account, '--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({ objects: truth.objects, bytes: truth.bytes, freeBytes: null });
    expect(await readdir(workplace.folder)).not.toContain('case.trailbench');

    const first = await fetch('case', `s3://${bucket}`, ...store(), ...account, '--json');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(first.stdout)).toMatchObject({
      fetch: { objectsSelected: truth.objects, objectsDownloaded: truth.objects, problems: 0 },
      import: { records: { read: truth.records, stored: truth.distinctEvents, rejected: 0 } },
    });
    const archive = await hashesBelow(workplace.path('case.trailbench', 'archive', 's3', bucket));
    expect(archive).toEqual(new Map(chosen.map(({ key, sha256 }) => [key, sha256])));

    const again = await fetch('case', `s3://${bucket}`, ...store(), ...account);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain(`${truth.objects} selected = 0 downloaded + ${truth.objects} unchanged + 0 failed`);
  });

  test('no secret is in the case, in the log or in what is printed', async () => {
    const { stdout, stderr, code } = await fetch('case', `s3://${bucket}`, ...store());
    expect(code).toBe(0);
    const failed = await fetchAs({ ...keys, secretAccessKey: `${keys.secretAccessKey}x` }, 'case', `s3://${bucket}`, ...store()); // prettier-ignore
    expect(failed.code).toBe(1);
    expect(stdout + stderr + failed.stdout + failed.stderr).not.toContain(keys.secretAccessKey);
    const entries = await readdir(workplace.folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    expect(files.some((path) => path.endsWith('case.duckdb'))).toBe(true);
    expect(files.some((path) => path.endsWith('trailbench.log'))).toBe(true);
    for (const path of files) expect((await readFile(path)).includes(keys.secretAccessKey), path).toBe(false);
    // The database compresses texts: it is asked, too.
    const tables = ['sources', 'fetches', 's3_objects', 'fetch_problems', 'proof_documents', 'custody', 'imports'];
    for (const table of tables) {
      const found = await workplace.run('sql', 'case', `SELECT count(*) AS rows FROM ${table} t WHERE contains(to_json(t)::VARCHAR, '${keys.secretAccessKey}')`, '--format', 'csv'); // prettier-ignore
      expect(found.stdout.trim().split(/\r?\n/), table).toEqual(['rows', '0']);
    }
  });

  test('wrong key, wrong secret, no permission and a missing bucket are told apart, and exit with 1', async () => {
    const stranger = await server.makeUser({ mayRead: [] });
    const outcomes = [
      await fetchAs({ ...keys, accessKeyId: 'AKIAUNKNOWNUNKNOWN00' }, 'case', `s3://${bucket}`, ...store()),
      await fetchAs({ ...keys, secretAccessKey: 'wrong' }, 'case', `s3://${bucket}`, ...store()),
      await fetchAs(stranger, 'case', `s3://${bucket}`, ...store()),
      await fetch('case', 's3://no-such-bucket-anywhere', ...store()),
    ];
    expect(outcomes.map(({ code }) => code)).toEqual([1, 1, 1, 1]);
    const [key, secret, permission, missing] = outcomes.map(({ stderr }) => stderr);
    expect(key).toMatch(/access key/i);
    expect(secret).toMatch(/secret/i);
    expect(permission).toContain('s3:ListBucket');
    expect(missing).toContain('no-such-bucket-anywhere');
    expect(new Set([key, secret, permission, missing]).size).toBe(4);
  });

  test('what the command line does not take is a usage error', async () => {
    for (const args of [
      ['case', 'event-history'],
      ['case', `s3://${bucket}`, '--from', '2024-13-01'],
      ['case', `s3://${bucket}`, '--from', '2024-02-02', '--to', '2024-02-01'],
      ['case', `s3://${bucket}`, '--lag-days', 'many'],
      ['case'],
    ]) {
      expect(await fetch(...args), args.join(' ')).toMatchObject({ code: 2, stdout: '' });
    }
    const malformed = await fetch('case', 'https://example.com/logs');
    expect(malformed).toMatchObject({ code: 1, stdout: '' });
    expect(malformed.stderr).toContain('s3://bucket');
  });

  test('Ctrl-C stops; what came stays, and the same command goes on from there', async () => {
    const child = workplace.startWith(server.environment(keys), 'fetch', 'case', `s3://${bucket}`, ...store(), '--concurrency', '1'); // prettier-ignore
    const archive = workplace.path('case.trailbench', 'archive', 's3', bucket);
    while ((await hashesBelow(archive)).size < 5) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    const stopped = await finish(child);
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain('cancelled');
    const last = await fetch('case', `s3://${bucket}`, ...store(), '--json');
    const { fetch: summary } = JSON.parse(last.stdout) as { fetch: Record<string, number> };
    expect(summary['objectsUnchanged']).toBeGreaterThanOrEqual(5);
    expect(summary['objectsUnchanged']! + summary['objectsDownloaded']!).toBe(trail.objects.length);
    expect(await hashesBelow(archive)).toEqual(new Map(trail.objects.map(({ key, sha256 }) => [key, sha256])));
  });
});
