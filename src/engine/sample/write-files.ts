import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { homeRegion } from './company.ts';
import type { Random } from './random.ts';
import type { SampleEvent } from './records.ts';

export interface LogFile {
  /** Below the folder, with `/` between its parts. */
  readonly path: string;
  readonly events: readonly SampleEvent[];
  /** The inflated content. */
  readonly text: string;
}

const compress = promisify(gzip);

/** Packs events into files as CloudTrail delivers them: by account, region and time, some minutes after the event. */
export function packFiles(events: readonly SampleEvent[], random: Random): readonly LogFile[] {
  const groups = new Map<string, { readonly deliveredAtMs: number; readonly events: SampleEvent[] }>();
  for (const event of events) {
    const windowMs = (event.region === homeRegion ? 30 : 60) * 60_000;
    const deliveredAtMs = (Math.floor(event.atMs / windowMs) + 1) * windowMs + 5 * 60_000;
    const key = `${event.accountId}/${event.region}/${deliveredAtMs}`;
    const group = groups.get(key) ?? { deliveredAtMs, events: [] };
    group.events.push(event);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => {
    const records = group.events.toSorted((left, right) => left.atMs - right.atMs);
    return {
      path: pathOf(records[0] as SampleEvent, group.deliveredAtMs, random),
      events: records,
      text: `{"Records":[${records.map((event) => event.text).join(',')}]}`,
    };
  });
}

const suffixAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function pathOf({ accountId, region }: SampleEvent, deliveredAtMs: number, random: Random): string {
  const instant = new Date(deliveredAtMs).toISOString();
  const day = instant.slice(0, 10).replaceAll('-', '/');
  const minute = `${instant.slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
  const name = `${accountId}_CloudTrail_${region}_${minute}_${random.text(suffixAlphabet, 16)}.json.gz`;
  return `AWSLogs/${accountId}/CloudTrail/${region}/${day}/${name}`;
}

/** Writes the files below `folder`, which is made if missing. */
export async function writeFiles(folder: string, files: readonly LogFile[]): Promise<void> {
  const folders = new Set(files.map((file) => dirname(join(folder, file.path))));
  for (const path of folders) await mkdir(path, { recursive: true });
  const pending = files.values();
  const work = async (): Promise<void> => {
    for (const file of pending) {
      const bytes = await compress(file.text, { level: 6 });
      // The tenth byte names the operating system (RFC 1952): "unknown", so that it is the same on all of them.
      bytes[9] = 255;
      await writeFile(join(folder, file.path), bytes);
    }
  };
  await Promise.all([work(), work(), work(), work()]);
}
