import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import type { RecentCase } from '#shared/api/case.ts';
import { SerialQueue } from '../serial-queue.ts';
import { caseLayout, caseName, exists } from './case-folder.ts';

const maxEntries = 20;
const fileSchema = v.pipe(v.string(), v.parseJson(), v.array(v.object({ path: v.string(), openedAt: v.string() })));
type Entries = v.InferOutput<typeof fileSchema>;

/** The cases that were opened last, newest first; kept in a JSON file, and nothing worse than forgotten if that is lost. */
export class RecentCases {
  readonly #path: string;
  readonly #turns = new SerialQueue();

  constructor(dataFolder: string) {
    this.#path = join(dataFolder, 'recent-cases.json');
  }

  async list(): Promise<readonly RecentCase[]> {
    const entries = await this.#read();
    return Promise.all(
      entries.map(async ({ path, openedAt }) => ({
        path,
        name: caseName(path),
        openedAt,
        isPresent: await exists(caseLayout(path).database),
      })),
    );
  }

  remember(path: string, openedAt: Date): Promise<void> {
    const entry = { path, openedAt: openedAt.toISOString() };
    return this.#change((entries) => [entry, ...entries.filter((other) => other.path !== path)].slice(0, maxEntries));
  }

  forget(path: string): Promise<void> {
    return this.#change((entries) => entries.filter((entry) => entry.path !== path));
  }

  #change(change: (entries: Entries) => Entries): Promise<void> {
    return this.#turns.run(async () => {
      const text = JSON.stringify(change(await this.#read()), null, 2);
      await mkdir(dirname(this.#path), { recursive: true });
      const partial = `${this.#path}.${process.pid}`;
      await writeFile(partial, `${text}\n`);
      await rename(partial, this.#path);
    });
  }

  async #read(): Promise<Entries> {
    const parsed = v.safeParse(fileSchema, await readFile(this.#path, 'utf8').catch(() => ''));
    return parsed.success ? parsed.output : [];
  }
}
