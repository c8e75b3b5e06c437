import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cliPath = fileURLToPath(new URL('../../out/main/cli.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A scratch folder with the built command line to run in it. */
export class Workplace {
  readonly folder: string;
  readonly #dataFolder: string;

  static async make(): Promise<Workplace> {
    return new Workplace(await mkdtemp(join(tmpdir(), 'trailbench-cli-')));
  }

  private constructor(folder: string) {
    this.folder = folder;
    this.#dataFolder = join(folder, 'data');
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  start(...args: readonly string[]): ChildProcess {
    return this.startWith({}, ...args);
  }

  /** With more environment variables. */
  startWith(environment: Readonly<Record<string, string>>, ...args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [cliPath, ...args], {
      cwd: this.folder,
      env: { ...process.env, ...environment, TRAILBENCH_DATA_FOLDER: this.#dataFolder },
    });
  }

  /** Runs `trailbench ARGS` to its end. */
  async run(...args: readonly string[]): Promise<Finished> {
    return finish(this.start(...args));
  }

  async runWithInput(input: string, ...args: readonly string[]): Promise<Finished> {
    const child = this.start(...args);
    child.stdin?.end(input);
    return finish(child);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

export function finish(child: ChildProcess): Promise<Finished> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}
