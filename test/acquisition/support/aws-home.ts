import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A home folder with AWS config files in it, and nothing else of AWS in the environment. */
export class AwsHome {
  readonly path: string;
  readonly #former: NodeJS.ProcessEnv;

  private constructor(path: string) {
    this.path = path;
    this.#former = { ...process.env };
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    process.env['HOME'] = path;
    process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
  }

  static async create(): Promise<AwsHome> {
    const path = await mkdtemp(join(tmpdir(), 'trailbench-aws-home-'));
    await mkdir(join(path, '.aws'));
    return new AwsHome(path);
  }

  async write(file: 'config' | 'credentials', text: string): Promise<void> {
    await writeFile(join(this.path, '.aws', file), text);
  }

  /** Undefined takes a variable away. */
  set(variables: Readonly<Record<string, string | undefined>>): void {
    for (const [name, value] of Object.entries(variables)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }

  async remove(): Promise<void> {
    for (const name of Object.keys(process.env)) if (!(name in this.#former)) delete process.env[name];
    Object.assign(process.env, this.#former);
    await rm(this.path, { recursive: true, force: true });
  }
}
