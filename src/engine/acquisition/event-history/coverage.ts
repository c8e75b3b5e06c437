import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { ioError } from '#engine/io-error.ts';
import { isSettled } from './history-days.ts';
import { openNewFile } from '../new-file.ts';

const instant = v.pipe(v.string(), v.isoTimestamp());
const windowSchema = v.object({
  day: v.pipe(v.string(), v.isoDate()),
  startAt: instant,
  endAt: instant,
  askedAt: instant,
  finishedAt: instant,
  pages: v.number(),
  events: v.number(),
  /** All pages came. If not, nothing of the window was kept. */
  isComplete: v.boolean(),
  /** Null: there was no event, or the window is not complete. */
  fileName: v.nullable(v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d(%=\d+)?\.json$/))),
  sha256: v.nullable(v.string()),
  /** Why it is not complete. */
  reason: v.nullable(v.string()),
});
/** One window that was asked for, and what came. */
export type CoveredWindow = v.InferOutput<typeof windowSchema>;

const fileSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ region: v.string(), accountId: v.nullable(v.string()), windows: v.array(windowSchema) }),
);

/**
 * Which windows of a region's event history were asked for: `coverage.json`. Tells “nothing happened” from “not
 * asked”, and a later fetch what it need not ask again.
 */
export class Coverage {
  readonly #path: string;
  readonly #region: string;
  readonly #accountId: string | null;
  readonly #windows: CoveredWindow[];

  private constructor(path: string, region: string, accountId: string | null, windows: CoveredWindow[]) {
    this.#path = path;
    this.#region = region;
    this.#accountId = accountId;
    this.#windows = windows;
  }

  /** A file that can't be read, or is of another region or account, covers nothing. */
  static async read(folder: string, region: string, accountId: string | null): Promise<Coverage> {
    const path = join(folder, 'coverage.json');
    const parsed = v.safeParse(fileSchema, await readFile(path, 'utf8').catch(() => ''));
    const isOurs = parsed.success && parsed.output.region === region && parsed.output.accountId === accountId;
    return new Coverage(path, region, accountId, isOurs ? parsed.output.windows : []);
  }

  /** The window in which a day was asked for whole, when nothing more was to come. */
  settled(day: string): CoveredWindow | null {
    const whole = this.#windows.filter(
      (window) => window.day === day && window.isComplete && isSettled(day, new Date(window.askedAt)),
    );
    return whole.at(-1) ?? null;
  }

  /** Errors: IO_FAILED. */
  async add(window: CoveredWindow): Promise<void> {
    this.#windows.push(window);
    const content = { region: this.#region, accountId: this.#accountId, windows: this.#windows };
    try {
      const file = await openNewFile(`${this.#path}.part`);
      await file.writeFile(`${JSON.stringify(content, null, 2)}\n`).finally(() => file.close());
      await rename(`${this.#path}.part`, this.#path);
    } catch (error) {
      throw ioError(`“${this.#path}” cannot be written`, error);
    }
  }
}
