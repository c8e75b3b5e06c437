import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { generateSample } from '#engine/sample/generate-sample.ts';

export interface SampleRecord {
  readonly eventID: string;
  readonly eventTime: string;
  readonly eventName: string;
  readonly errorCode?: string;
  readonly readOnly?: boolean;
  readonly userIdentity: { readonly type: string; readonly accessKeyId?: string };
  readonly [name: string]: unknown;
}

export interface SampleEvents {
  /** One a distinct eventID. */
  readonly events: readonly SampleRecord[];
  /** SHA-256 of the files, by name. */
  readonly hashes: ReadonlyMap<string, string>;
}

/** The sample case's records, read with Node's own gunzip and JSON.parse: nothing of the engine's import is in them. */
export async function readSampleEvents(folder: string): Promise<SampleEvents> {
  await generateSample(folder);
  const events = new Map<string, SampleRecord>();
  const hashes = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.json.gz')) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    const { Records } = JSON.parse(gunzipSync(bytes).toString('utf8')) as { Records: SampleRecord[] };
    hashes.set(entry.name, createHash('sha256').update(bytes).digest('hex'));
    for (const record of Records ?? []) events.set(record.eventID, record);
  }
  return { events: [...events.values()], hashes };
}

/** `21563` → `21,563` */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
