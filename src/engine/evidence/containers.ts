import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Source } from './list-sources.ts';
import { sortByTime } from './list-sources.ts';
import { containerKind, mayBeContainer, unpack } from './unpack.ts';

/** A zip or tar file that was given: kept as evidence itself, its members imported one by one. */
export interface UnpackedContainer {
  readonly source: Source;
  readonly kind: string;
  readonly sha256: string;
  readonly members: number;
}

/**
 * Replaces the zip and tar files among the sources by their members, unpacked below `folder`. Members keep their
 * container, whose bytes are the evidence.
 */
export async function unpackContainers(
  sources: readonly Source[],
  folder: string,
  signal: AbortSignal,
): Promise<{ sources: Source[]; containers: UnpackedContainer[] }> {
  const files: Source[] = [];
  const containers: UnpackedContainer[] = [];
  for (const source of sources) {
    signal.throwIfAborted();
    const isPlain = source.problem !== null || !mayBeContainer(source.name);
    const kind = isPlain ? null : await containerKind(source.path).catch(() => null);
    if (!kind) {
      files.push(source);
      continue;
    }
    let members = 0;
    for await (const member of unpack(source, kind, join(folder, String(containers.length)), signal)) {
      files.push(member);
      members++;
    }
    containers.push({ source, kind, sha256: await sha256Of(source.path, signal), members });
  }
  return { sources: sortByTime(files), containers };
}

async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path, { signal })) hash.update(part as Buffer);
  return hash.digest('hex');
}

export async function copyWhole(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, `${to}.part`);
  await rename(`${to}.part`, to);
}
