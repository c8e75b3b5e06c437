import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** What a process used in all its threads. */
export interface Usage {
  readonly cpuSeconds: number;
  /** Highest resident set. */
  readonly peakBytes: number;
}

export interface MeasuredRun extends Usage {
  /** From before the start to after the end of the process. */
  readonly seconds: number;
  readonly stdout: string;
}

const reporterUrl = new URL('./usage-reporter.js', import.meta.url).href;

/** Path of another script of this bundle. */
export function benchScript(name: string): string {
  return fileURLToPath(new URL(`./${name}.js`, import.meta.url));
}

/** Runs a Node script to its end in a process of its own. Throws with the end of its stderr if it fails. */
export async function runMeasured(
  script: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<MeasuredRun> {
  const folder = await mkdtemp(join(tmpdir(), 'trailbench-bench-'));
  const usageFile = join(folder, 'usage.json');
  try {
    const startedAt = performance.now();
    const child = spawn(process.execPath, ['--import', reporterUrl, script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment, BENCH_USAGE_FILE: usageFile },
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const seconds = (performance.now() - startedAt) / 1000;
    if (code !== 0) throw new Error(Buffer.concat(stderr).toString().trim().slice(-2000) || `It ended with ${code}.`);
    const usage = JSON.parse(await readFile(usageFile, 'utf8')) as Usage;
    return { ...usage, seconds, stdout: Buffer.concat(stdout).toString() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs another program to its end, with bash to time it; its memory is not measured. Throws as above. */
export async function runMeasuredProgram(
  program: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<MeasuredRun> {
  const startedAt = performance.now();
  const child = spawn('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$@"', 'bash', program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment, LC_ALL: 'C' },
  });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve)),
  ]);
  const seconds = (performance.now() - startedAt) / 1000;
  const lines = stderr.trim().split('\n');
  const [user, system] = (lines.pop() ?? '').split(' ').map(Number);
  if (code !== 0) throw new Error(lines.join('\n').slice(-2000) || `${program} ended with ${code}.`);
  return { seconds, cpuSeconds: (user ?? NaN) + (system ?? NaN), peakBytes: Number.NaN, stdout };
}
