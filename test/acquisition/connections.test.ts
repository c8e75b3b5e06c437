import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Serving } from '../../src/cli/serve.ts';
import { finish } from '../cli/run-trailbench.ts';
import { createApi } from '../../src/renderer/connection/wire.ts';
import { enter, webSocketWires } from '../contract/serve-client.ts';
import { FetchWorkplace } from './support/fetch-workplace.ts';
import { readConnections, recordingEnvironment } from './support/recorded-connections.ts';
import { testS3 } from './support/rgw.ts';
import { makeTrail, type Trail } from './support/trail-objects.ts';

const s3 = await testS3();
const cliPath = fileURLToPath(new URL('../../out/main/cli.js', import.meta.url));
let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'trailbench-connections-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(!s3)('connections of a fetch', () => {
  let bucket: string;
  let trail: Trail;
  beforeAll(async () => {
    bucket = await s3!.makeBucket();
    trail = makeTrail({ objects: 120, dayCount: 2, bucket });
    await s3!.putObjects(bucket, [...trail.objects, ...trail.others]);
  });
  afterAll(() => s3!.releaseBucket(bucket));

  test('lead to the S3 endpoint and nowhere else, proof included; no name is looked up', async () => {
    const file = join(folder, 'fetch.jsonl');
    const place = await FetchWorkplace.make({ s3: s3!, bucket }, recordingEnvironment(file));
    try {
      await place.fetch();
      const { connections, lookups, datagrams, watched } = await readConnections(file);
      expect(new Set(connections)).toEqual(new Set([new URL(s3!.endpoint).host]));
      expect({ lookups, datagrams }).toEqual({ lookups: [], datagrams: [] });
      // The main thread and the scan workers.
      expect(watched.size).toBeGreaterThan(1);
      await place.expectAll(trail.objects);
      expect(await place.rows('SELECT hosts FROM fetches')).toEqual([{ hosts: [new URL(s3!.endpoint).host] }]);
    } finally {
      await place.remove();
    }
  });

  test('without credentials there is a sentence, and no connection at all', async () => {
    const file = join(folder, 'denied.jsonl');
    const environment = { ...recordingEnvironment(file), AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
    const place = await FetchWorkplace.make({ s3: s3!, bucket }, environment);
    try {
      const { code, stderr } = await place.tryFetch();
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/credentials/i);
      const { connections, lookups } = await readConnections(file);
      expect({ connections, lookups }).toEqual({ connections: [], lookups: [] });
    } finally {
      await place.remove();
    }
  });
});

describe('without a source, there is no connection', () => {
  test.each([
    { name: 'import and sql', run: importAndQuery },
    { name: 'serve, its engine, and all of acquisition that contacts nothing', run: serveAndAsk },
  ])('$name', async ({ name, run }) => {
    const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.jsonl`);
    await run(recordingEnvironment(file));
    const { connections, lookups, datagrams, watched } = await readConnections(file);
    expect(watched.size).toBeGreaterThan(0);
    expect({ connections, lookups, datagrams }).toEqual({ connections: [], lookups: [], datagrams: [] });
  });

  async function importAndQuery(environment: Record<string, string>): Promise<void> {
    const env = { ...process.env, ...environment, TRAILBENCH_DATA_FOLDER: join(folder, 'data') };
    const sample = fileURLToPath(new URL('../fixtures/release-evidence', import.meta.url));
    const run = (...args: string[]) => finish(spawn(process.execPath, [cliPath, ...args], { env }));
    const casePath = join(folder, 'offline.trailbench');
    await run('import', casePath, sample);
    const { stdout } = await run('sql', casePath, 'SELECT count(*) > 0 AS isThere FROM events', '--format', 'json');
    expect(JSON.parse(stdout)).toEqual([{ isThere: true }]);
  }

  async function serveAndAsk(environment: Record<string, string>): Promise<void> {
    const env = { ...process.env, ...environment, TRAILBENCH_DATA_FOLDER: join(folder, 'data') };
    const child = spawn(process.execPath, [cliPath, 'serve', '--no-open', '--port', '0'], { env });
    const ended = finish(child);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const serving = { url: line.toString().trim() } as Serving;
    const wire = await webSocketWires(serving, await enter(serving))();
    const client = createApi(wire.link);
    await client.case.create({ path: join(folder, 'served') });
    expect(await client.acquisition.sources()).toEqual([]);
    await client.acquisition.profiles();
    const access = { url: 's3://evidence/logs', region: 'eu-central-1' };
    const { hosts } = await client.acquisition.hosts({ kind: 's3', access });
    expect(hosts.map(({ host }) => host)).toContain('evidence.s3.eu-central-1.amazonaws.com');
    await client.acquisition.policy({ access });
    wire.close();
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 0 });
  }
});
