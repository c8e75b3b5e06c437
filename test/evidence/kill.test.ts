import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importEvidence } from '#engine/evidence/import-evidence.ts';
import { openCase, type CaseEnvironment, type OpenedCase } from '#engine/case/opened-case.ts';
import { generateSample } from '#engine/sample/generate-sample.ts';
import { expectAccounts } from '../support/log-files.ts';
import { Seeded } from '../support/random-json.ts';
import { scanWorkerUrl } from '../support/temporary-case.ts';

/** A long run: TRAILBENCH_KILL_ROUNDS=50, and TRAILBENCH_KILL_DATA=a folder of log files. Prints where each kill landed. */
const rounds = Number(process.env['TRAILBENCH_KILL_ROUNDS'] ?? 4);
const batchBytes = 1024 * 1024;
const cliPath = join(import.meta.dirname, '../../out/main/cli.js');

let folder: string;
let logs: string;
/** What is in the log files, as JSON.parse reads them: path → eventIDs. */
const contents = new Map<string, readonly string[]>();
let distinct = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbench-kill-'));
  logs = process.env['TRAILBENCH_KILL_DATA'] ?? join(folder, 'logs');
  if (!process.env['TRAILBENCH_KILL_DATA']) await generateSample(logs);
  const all = new Set<string>();
  for (const path of await filesBelow(logs)) {
    const { Records } = JSON.parse(gunzipSync(await readFile(path)).toString()) as { Records: { eventID: string }[] };
    contents.set(path, Records.map(({ eventID }) => eventID)); // prettier-ignore
    for (const { eventID } of Records) all.add(eventID);
  }
  distinct = all.size;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function filesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

interface Kill {
  readonly afterMs: number;
  /** Milliseconds since the database files last changed: small while a batch is written. */
  readonly sinceWriteMs: number;
  readonly walBytes: number;
  readonly wasDone: boolean;
}

/** Starts an import and kills it when `isTime` says so; the database's files are watched without the child's help. */
async function importAndKill(casePath: string, isTime: (afterMs: number, writes: number) => boolean): Promise<Kill> {
  const child = spawn(process.execPath, [cliPath, 'import', casePath, logs, '--json'], {
    env: { ...process.env, TRAILBENCH_DATA_FOLDER: join(folder, 'data'), TRAILBENCH_IMPORT_BATCH_BYTES: String(batchBytes) }, // prettier-ignore
    stdio: 'ignore',
  });
  const exited = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  let ended = false;
  void exited.then(() => (ended = true));
  const state = (): string => ['case.duckdb', 'case.duckdb.wal'].map((name) => {
    const info = statSync(join(casePath, name), { throwIfNoEntry: false });
    return info ? `${info.size} ${info.mtimeMs}` : '';
  }).join(); // prettier-ignore
  const startedMs = performance.now();
  let last = state();
  let writes = 0;
  let lastWriteMs = startedMs;
  while (!ended && !isTime(performance.now() - startedMs, writes)) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const now = state();
    if (now === last) continue;
    last = now;
    lastWriteMs = performance.now();
    writes++;
  }
  const wasDone = ended;
  child.kill('SIGKILL');
  const nowMs = performance.now();
  await exited;
  const walBytes = statSync(join(casePath, 'case.duckdb.wal'), { throwIfNoEntry: false })?.size ?? 0;
  return { afterMs: nowMs - startedMs, sinceWriteMs: nowMs - lastWriteMs, walBytes, wasDone };
}

const options = { dataFolder: '', version: '0.0.0-test', scanWorkerUrl, importBatchBytes: batchBytes };
const environment: CaseEnvironment = { options, log: () => undefined, notify: () => undefined };

async function rowsOf(opened: OpenedCase, sql: string): Promise<Record<string, unknown>[]> {
  return opened.withConnection(async (connection) => (await connection.runAndReadAll(sql)).getRowObjectsJson());
}

/** The ledger against the log files and the archive: each file in it is whole. Returns how many there are. */
async function expectWholeFiles(opened: OpenedCase): Promise<number> {
  await expectAccounts({ rows: (sql) => rowsOf(opened, sql) });
  const ledger = await rowsOf(
    opened,
    'SELECT sourcePath, storedPath, sha256, verdict, recordsRead::INTEGER AS read FROM files',
  );
  for (const row of ledger) {
    expect(row).toMatchObject({ verdict: 'imported', read: contents.get(String(row['sourcePath']))!.length });
    const bytes = await readFile(join(opened.path, String(row['storedPath'])));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(row['sha256']);
  }
  return ledger.length;
}

test(
  `an import killed at ${rounds} moments leaves whole files only, and is completed by importing again`,
  { timeout: 3_600_000 },
  async () => {
    const random = new Seeded(11);
    await mkdir(join(folder, 'cases'));
    let fullWrites = 0;
    const full = await importAndKill(join(folder, 'cases', 'full.trailbench'), (_afterMs, writes) => {
      fullWrites = writes;
      return false;
    });
    expect(full.wasDone).toBe(true);
    const table: Record<string, unknown>[] = [];
    for (let round = 0; round < rounds; round++) {
      const path = join(folder, 'cases', `${round}.trailbench`);
      // By turns: at any time, and right at one of the moments when the database's files are written.
      const atMs = full.afterMs * (0.05 + random.next());
      const atWrite = random.below(fullWrites + 2);
      const extraMs = random.below(8);
      const isTimed = round % 2 === 0;
      let hitMs = Infinity;
      const kill = await importAndKill(path, (afterMs, writes) => {
        if (writes >= atWrite) hitMs = Math.min(hitMs, afterMs);
        return isTimed ? afterMs >= atMs : afterMs >= hitMs + extraMs;
      });
      const archived = await filesBelow(join(path, 'archive'));
      const parts = archived.filter((name) => name.endsWith('.part')).length;
      if (statSync(join(path, 'case.duckdb'), { throwIfNoEntry: false }) === undefined) {
        table.push({
          round,
          aim: isTimed ? 'time' : 'write',
          killedMs: Math.round(kill.afterMs),
          phase: 'no case yet',
        });
        continue;
      }
      const opened = await openCase(path, environment);
      try {
        const committed = await expectWholeFiles(opened);
        const [run] = await rowsOf(opened, 'SELECT state FROM imports');
        if (!kill.wasDone) expect(run?.['state'] ?? 'interrupted').toMatch(/interrupted|done/);
        const phase = kill.wasDone ? 'ended by itself' : !run ? 'before the import' : committed === 0 ? 'before the first commit' : committed < contents.size ? 'between commits' : 'after the last commit'; // prettier-ignore
        table.push({
          ...{
            round,
            aim: isTimed ? 'time' : 'write',
            killedMs: Math.round(kill.afterMs),
            phase,
            committed,
            of: contents.size,
          },
          ...{
            archived: archived.length,
            parts,
            walKiB: kill.walBytes >> 10,
            sinceWriteMs: Math.round(kill.sinceWriteMs),
          },
          isWriting: kill.sinceWriteMs < 4 && !kill.wasDone,
        });
        await importEvidence(opened, { paths: [logs], mode: 'copy' }, options, { signal: new AbortController().signal, report: () => undefined }); // prettier-ignore
        expect(await expectWholeFiles(opened)).toBe(contents.size);
        const [count] = await rowsOf(
          opened,
          'SELECT count(*)::INTEGER AS events, count(DISTINCT eventID)::INTEGER AS ids FROM events',
        );
        expect(count).toEqual({ events: distinct, ids: distinct });
        const stored = await rowsOf(opened, 'SELECT storedPath FROM files');
        const left = (await filesBelow(opened.archivePath)).map((name) => relative(path, name));
        expect(left.sort()).toEqual(stored.map((row) => String(row['storedPath'])).sort());
      } finally {
        await opened.close();
        await rm(path, { recursive: true, force: true });
      }
    }
    if (rounds > 4) console.table(table);
    // If no kill hit a running import, nothing was tested.
    expect(table.filter(({ phase }) => /commit/.test(String(phase))).length).toBeGreaterThan(0);
  },
);
