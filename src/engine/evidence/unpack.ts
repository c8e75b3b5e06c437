import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, crc32, createGunzip, gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import yauzl from 'yauzl';
import { fileNameFacts } from './file-name.ts';
import type { Source } from './list-sources.ts';

export type ContainerKind = 'zip' | 'tar' | 'tar.gz';

const maximumNesting = 4;
/** More than this from one container is taken for a bomb; real exports stay well below. */
const maximumUnpackedRatio = 250;
const unpackedFloorBytes = 1024 * 1024 * 1024;

/** Tells a container by its first bytes, not its name. Null: an ordinary file. */
export async function containerKind(path: string): Promise<ContainerKind | null> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(4096);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    if (bytesRead >= 4 && head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5)) return 'zip';
    if (isTar(head.subarray(0, bytesRead))) return 'tar';
    if (head[0] !== 0x1f || head[1] !== 0x8b) return null;
    try {
      const inflated = gunzipSync(head.subarray(0, bytesRead), { finishFlush: constants.Z_SYNC_FLUSH });
      return isTar(inflated) ? 'tar.gz' : null;
    } catch {
      return null;
    }
  } finally {
    await file.close();
  }
}

function isTar(head: Buffer): boolean {
  return head.length >= 262 && head.toString('latin1', 257, 262) === 'ustar';
}

/** CloudTrail's own files need no look inside. */
export function mayBeContainer(name: string): boolean {
  return !/_CloudTrail(-\w+)?_.*\.json(\.gz)?$/.test(name);
}

/**
 * Unpacks a container into numbered files below `folder` and yields its members as sources; containers inside are
 * unpacked in turn. Names of members are never used as paths on disk. What can't be read is yielded with its problem.
 */
export async function* unpack(
  container: Source,
  kind: ContainerKind,
  folder: string,
  signal: AbortSignal,
  depth = 1,
): AsyncGenerator<Source> {
  await mkdir(folder, { recursive: true });
  let number = 0;
  let unpackedBytes = 0;
  const limit = Math.max(unpackedFloorBytes, container.sizeBytes * maximumUnpackedRatio);
  const write = async ({ name, crc32: expected, open }: Member): Promise<Source> => {
    const content = await open();
    const path = join(folder, String(number++));
    let sizeBytes = 0;
    let checksum = 0;
    content.on('data', (part: Buffer) => {
      sizeBytes += part.length;
      if (expected !== null) checksum = crc32(part, checksum);
      unpackedBytes += part.length;
      if (unpackedBytes > limit) content.destroy(new Error('it inflates like a decompression bomb'));
    });
    await pipeline(content, createWriteStream(path), { signal });
    if (expected !== null && checksum !== expected) throw new Error('its checksum (CRC-32) does not match the content');
    return member(container, name, path, sizeBytes, null);
  };
  try {
    const members = kind === 'zip' ? zipMembers(container.path) : tarMembers(container.path, kind === 'tar.gz');
    for await (const found of members) {
      let unpacked: Source;
      try {
        unpacked = await write(found);
      } catch (error) {
        signal.throwIfAborted();
        yield member(container, found.name, container.path, 0, `Can't be unpacked: ${sentence(error)}`);
        if (unpackedBytes <= limit) continue;
        return;
      }
      const inner = await containerKind(unpacked.path);
      if (!inner) yield unpacked;
      else if (depth === maximumNesting) yield { ...unpacked, problem: 'A container inside too many containers' };
      else yield* unpack(unpacked, inner, join(folder, `${number}-inside`), signal, depth + 1);
    }
  } catch (error) {
    signal.throwIfAborted();
    yield { ...container, problem: `The ${kind} file can't be unpacked: ${sentence(error)}` };
  }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function member(container: Source, name: string, path: string, sizeBytes: number, problem: string | null): Source {
  const { deliveredAt } = fileNameFacts(name);
  return { path, name: `${container.name}!${name}`, segments: [], sizeBytes, container, deliveredAt, problem };
}

interface Member {
  readonly name: string;
  /** What a zip says its content's checksum is; yauzl does not check it. */
  readonly crc32: number | null;
  /** Its content. Rejects if it can't be read, e.g. because it is encrypted. */
  open(): Promise<Readable>;
}

async function* zipMembers(path: string): AsyncGenerator<Member> {
  // With names decoded by itself, yauzl gives the whole file up for one that leads out of the folder; here names are
  // labels, never paths.
  const zip = await yauzl.openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: false });
  try {
    for await (const entry of zip.eachEntry()) {
      const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
      const name = yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
      if (!name.endsWith('/')) yield { name, crc32: entry.crc32, open: () => zip.openReadStreamPromise(entry) };
    }
  } finally {
    zip.close();
  }
}

async function* tarMembers(path: string, isCompressed: boolean): AsyncGenerator<Member> {
  const entries = extract();
  const raw = createReadStream(path);
  const done = isCompressed ? pipeline(raw, createGunzip(), entries) : pipeline(raw, entries);
  // The error surfaces in the loop below as well; without a handler it would count as unhandled.
  done.catch(() => undefined);
  for await (const entry of entries) {
    const { name, type } = entry.header;
    if (type === 'file' || type === 'contiguous-file') {
      yield { name, crc32: null, open: () => Promise.resolve(entry as unknown as Readable) };
      continue;
    }
    entry.resume();
    if (type === 'directory') continue;
    yield { name, crc32: null, open: () => Promise.reject(new Error(`it is no regular file (${String(type)})`)) };
  }
  await done;
}
