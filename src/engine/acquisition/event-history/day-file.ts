import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Event } from '@aws-sdk/client-cloudtrail';
import { ioError } from '#engine/io-error.ts';
import { openNewFile } from '../new-file.ts';

export interface WrittenDay {
  readonly fileName: string;
  readonly sha256: string;
  /** False: an earlier fetch left the very same content under that name. */
  readonly isNew: boolean;
}

/**
 * A day's events as `aws cloudtrail lookup-events` prints them, `{"Events":[…]}`, written page by page to a temporary
 * name. What was delivered stays as it was delivered: `CloudTrailEvent` is the record's own text.
 */
export class DayFile {
  readonly #folder: string;
  readonly #day: string;
  readonly #file: FileHandle;
  readonly #hash: Hash = createHash('sha256');
  #events = 0;

  private constructor(folder: string, day: string, file: FileHandle) {
    this.#folder = folder;
    this.#day = day;
    this.#file = file;
  }

  /** Errors: IO_FAILED. */
  static async create(folder: string, day: string): Promise<DayFile> {
    try {
      const dayFile = new DayFile(folder, day, await openNewFile(partial(folder, day)));
      await dayFile.#write('{"Events":[');
      return dayFile;
    } catch (error) {
      throw ioError(`“${partial(folder, day)}” cannot be written`, error);
    }
  }

  /** Errors: IO_FAILED. */
  async append(events: readonly Event[]): Promise<void> {
    const texts = events.map((event) => JSON.stringify({ ...event, EventTime: event.EventTime?.toISOString() }));
    if (texts.length === 0) return;
    try {
      await this.#write(`${this.#events === 0 ? '' : ','}\n${texts.join(',\n')}`);
    } catch (error) {
      throw ioError(`“${partial(this.#folder, this.#day)}” cannot be written`, error);
    }
    this.#events += texts.length;
  }

  /** Gives the file its name; null and no file if there was no event. Errors: IO_FAILED. */
  async finish(): Promise<WrittenDay | null> {
    if (this.#events === 0) {
      await this.discard();
      return null;
    }
    const from = partial(this.#folder, this.#day);
    try {
      await this.#write('\n]}\n');
      await this.#file.close();
      const sha256 = this.#hash.digest('hex');
      const versions = await dayVersions(this.#folder, this.#day);
      const held = versions.at(-1);
      if (held && (await fileSha256(join(this.#folder, held))) === sha256) {
        await rm(from);
        return { fileName: held, sha256, isNew: false };
      }
      const fileName = held === undefined ? `${this.#day}.json` : `${this.#day}%=${versionOf(held) + 1}.json`;
      await rename(from, join(this.#folder, fileName));
      return { fileName, sha256, isNew: true };
    } catch (error) {
      throw ioError(`“${from}” cannot be kept`, error);
    }
  }

  /** Leaves nothing of it. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(partial(this.#folder, this.#day), { force: true }).catch(() => undefined);
  }

  async #write(text: string): Promise<void> {
    this.#hash.update(text);
    await this.#file.writeFile(text);
  }
}

/** SHA-256 of a file in hexadecimal; null if there is none. */
export async function fileSha256(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const part of createReadStream(path)) hash.update(part as Buffer);
  } catch {
    return null;
  }
  return hash.digest('hex');
}

/** Names of what is kept of a day, oldest version first: `2024-08-01.json`, `2024-08-01%=2.json` … */
async function dayVersions(folder: string, day: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}-\d\d-\d\d(%=\d+)?\.json$/.test(name));
  return names.filter((name) => name.startsWith(day)).sort((a, b) => versionOf(a) - versionOf(b));
}

function versionOf(fileName: string): number {
  return Number(/%=(\d+)/.exec(fileName)?.[1] ?? 1);
}

function partial(folder: string, day: string): string {
  return join(folder, `${day}.json.part`);
}
