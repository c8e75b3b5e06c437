import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { FetchSummary, ImportSummary } from '#shared/api/index.ts';
import { finish, type Finished } from '../../cli/run-trailbench.ts';
import type { TestS3, S3Keys } from './s3-server.ts';
import { totals, type TrailObject } from './trail-objects.ts';

const cliPath = fileURLToPath(new URL('../../../out/main/cli.js', import.meta.url));
const sidecarEnding = '%meta.json';

export interface FetchOutcome {
  readonly fetch: FetchSummary;
  readonly import: Pick<ImportSummary, 'files' | 'records'>;
}

/** What an archive holds, looked at from outside. */
export interface ArchiveContent {
  /** SHA-256 of each object's bytes by its key, of those that have a sidecar. */
  readonly objects: ReadonlyMap<string, string>;
  /** Files that are neither an object with its sidecar nor one: by their path below the bucket's folder. */
  readonly others: readonly string[];
}

export interface FetchTarget {
  readonly s3: TestS3;
  readonly bucket: string;
  /** Of a proxy; without it, the server's. */
  readonly endpoint?: string;
  readonly keys?: S3Keys;
}

/** A scratch folder in which the built command line fetches from one bucket into one case. */
export class FetchWorkplace {
  readonly folder: string;
  readonly casePath: string;
  readonly #target: FetchTarget;
  readonly #environment: NodeJS.ProcessEnv;

  static async make(target: FetchTarget, environment: Record<string, string> = {}): Promise<FetchWorkplace> {
    return new FetchWorkplace(await mkdtemp(join(tmpdir(), 'trailbench-fetch-')), target, environment);
  }

  private constructor(folder: string, target: FetchTarget, environment: Record<string, string>) {
    this.folder = folder;
    this.casePath = join(folder, 'case.trailbench');
    this.#target = target;
    // Nothing of this machine's own AWS settings.
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
    this.#environment = {
      ...Object.fromEntries(inherited),
      ...target.s3.environment(target.keys),
      TRAILBENCH_DATA_FOLDER: join(folder, 'data'),
      ...environment,
    };
  }

  /** Starts `trailbench fetch` from the bucket, at its root. */
  start(...options: readonly string[]): ChildProcess {
    const { s3, bucket, endpoint = s3.endpoint } = this.#target;
    const access = [`s3://${bucket}`, '--endpoint-url', endpoint, '--path-style', '--json'];
    return this.#spawn('fetch', this.casePath, ...access, ...options);
  }

  /** Fetches to the end. Throws with what it said if it does not end with 0. */
  async fetch(...options: readonly string[]): Promise<FetchOutcome> {
    const { code, stdout, stderr } = await finish(this.start(...options));
    if (code !== 0) throw new Error(`It ended with ${code}. ${stdout} ${stderr.slice(-2000)}`);
    return JSON.parse(stdout) as FetchOutcome;
  }

  /** To the end, however it ends. */
  tryFetch(...options: readonly string[]): Promise<Finished> {
    return finish(this.start(...options));
  }

  /** Rows of the case, by `trailbench sql`. */
  async rows(sql: string): Promise<Record<string, unknown>[]> {
    const { code, stdout, stderr } = await finish(this.#spawn('sql', this.casePath, sql, '--format', 'json'));
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as Record<string, unknown>[];
  }

  async archive(): Promise<ArchiveContent> {
    const folder = join(this.casePath, 'archive/s3', this.#target.bucket);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    const present = new Set(files);
    const objects = new Map<string, string>();
    const others: string[] = [];
    for (const path of files) {
      const key = relative(folder, path).split(sep).join('/');
      if (path.endsWith(sidecarEnding) && present.has(path.slice(0, -sidecarEnding.length))) continue;
      if (present.has(path + sidecarEnding))
        objects.set(key, createHash('sha256').update(await readFile(path)).digest('hex')); // prettier-ignore
      else others.push(key);
    }
    return { objects, others };
  }

  /** The archive is byte-equal to what was put in the bucket, and the case has its events, each once. */
  async expectAll(objects: readonly TrailObject[]): Promise<void> {
    const { objects: archived, others } = await this.archive();
    expect(others).toEqual([]);
    expect([...archived].sort()).toEqual(objects.map(({ key, sha256 }) => [key, sha256]).sort());
    const { distinctEvents } = totals(objects);
    const [counted] = await this.rows(`SELECT count(*)::INTEGER AS events, count(DISTINCT eventID)::INTEGER AS ids,
      (SELECT count(*)::INTEGER FROM s3_objects) AS objects,
      (SELECT count(*)::INTEGER FROM files WHERE storedPath NOT IN (SELECT storedPath FROM s3_objects)) AS strangers
      FROM events`);
    expect(counted).toEqual({ events: distinctEvents, ids: distinctEvents, objects: objects.length, strangers: 0 });
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  #spawn(...args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [cliPath, ...args], { cwd: this.folder, env: this.#environment });
  }
}
