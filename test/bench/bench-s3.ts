import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { TestS3, type BucketFile, type S3Location } from '../acquisition/support/s3-server.ts';
import type { DataSet } from './data-set.ts';

export interface BenchS3 {
  readonly server: TestS3;
  /** CPU seconds that the server's processes have used so far; null where the system does not tell. */
  cpuSeconds(): Promise<number | null>;
  stop(): Promise<void>;
}

/** Starts the S3 server of the tests. Throws with the reason where there can be none. */
export async function startBenchS3(root: string): Promise<BenchS3> {
  // In a group of its own, so that Ctrl-C leaves it the time to clear up; it ends with its stdin.
  const child = spawn(process.execPath, [join(root, 'scripts/s3-server.mjs')], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  let line = '{"unavailable":"it did not start"}';
  for await (line of createInterface({ input: child.stdout })) break;
  const answer = JSON.parse(line) as Omit<S3Location, 'isOfThisRun'> | { readonly unavailable: string };
  if ('unavailable' in answer) throw new Error(`There is no S3 server to measure with: ${answer.unavailable}.`);
  const processIds = (await readFile(join(dirname(answer.cephConfPath), 'pids'), 'utf8')).trim().split('\n');
  return {
    server: new TestS3({ ...answer, isOfThisRun: true }),
    cpuSeconds: async () => {
      const used = await Promise.all(processIds.map(cpuSecondsOf));
      return used.reduce((sum: number | null, seconds) => (sum === null || seconds === null ? null : sum + seconds), 0);
    },
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** From Linux's /proc/PID/stat: user and system time, in hundredths of a second. */
async function cpuSecondsOf(processId: string): Promise<number | null> {
  const text = await readFile(`/proc/${processId}/stat`, 'utf8').catch(() => null);
  // The second field is the program's name in brackets and may hold blanks.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields ? (Number(fields[11]) + Number(fields[12])) / 100 : null;
}

/** The data set's files as objects, under their paths below its folder; read when their turn comes. */
export function* bucketFiles({ folder, paths }: DataSet): Generator<BucketFile> {
  for (const path of paths) {
    yield { key: relative(folder, path).split(sep).join('/'), body: readFileSync(path) };
  }
}
