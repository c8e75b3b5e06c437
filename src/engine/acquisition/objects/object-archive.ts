import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { lstat, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeSegment } from '../../evidence/archive-path.ts';
import { errorCode, ioError } from '../../io-error.ts';
import { ArchiveFolder, notPlain } from './archive-folder.ts';
import { DiskPace } from './disk-pace.ts';
import type { ArchivedRecord, ListedObject, ObjectRecord } from './object-record.ts';
import { isSameObject } from './same-object.ts';
import { formatSidecar, parseSidecar, readSidecar, readSidecarSync, sidecarSuffix } from './sidecar.ts';

/** Names that encoding never makes: unfinished downloads, and objects whose path would be too long for some system. */
const partsFolder = '%part';
const longKeysFolder = '%long';
/** macOS takes paths of 1,024 bytes, the case's own included. */
const longestKeyPathBytes = 600;
/** Names of files that are remembered, in all folders together. */
const mostNames = 300_000;
const sidecarsAtOnce = 32;

interface Place {
  /** Encoded, from the bucket's folder down. */
  readonly folders: readonly string[];
  readonly name: string;
}

/**
 * The objects of one bucket below `archive/s3/<bucket>/`, each under its own key with its sidecar beside it. An object
 * is in the archive when its body has got its name; the sidecar gets its own before, so that a process killed at any
 * moment leaves whole objects, and else nothing but names without a body. Nothing is forced to the disk for each object:
 * what counts as proof are the ledger's rows, which DuckDB does force, and a file that a power failure cut short does not
 * have the size its sidecar says and is fetched again.
 */
export class ObjectArchive {
  readonly #casePath: string;
  readonly #bucket: string;
  /** By key prefix, the last used at the end. */
  readonly #folders = new Map<string, ArchiveFolder>();
  readonly #disk = new DiskPace();
  #parts: string | null = null;
  #partNumber = 0;

  constructor(casePath: string, bucket: string) {
    this.#casePath = casePath;
    this.#bucket = bucket;
  }

  /** The listed object, if it is whole in the archive. Errors: CASE_DAMAGED, IO_FAILED. */
  async find(listed: ListedObject): Promise<ArchivedRecord | null> {
    const place = placeOfKey(listed.key);
    const folder = this.#folder(place, 'find');
    for (const name of folder?.namesOf(place.name) ?? []) {
      const found = await this.#inspect(folder!, name, listed.key);
      if (found?.isWhole && isSameObject(found.record, listed)) return archived(folder!, name, found.record);
    }
    return null;
  }

  /** Where to write a body that is not verified yet: a file that does not exist. Errors: IO_FAILED. */
  newPart(): string {
    this.#parts ??= this.#emptyPartsFolder();
    return join(this.#parts, String(++this.#partNumber));
  }

  /** Drops a part, if it is there. */
  async discard(part: string): Promise<void> {
    await rm(part, { force: true }).catch(() => undefined);
  }

  /**
   * Puts a verified body in its place: the bytes, or a part that was written. `isNew` is false if this very object was whole already. A body that was damaged
   * since gives way; everything else that has the name stays. Errors: CASE_DAMAGED, IO_FAILED.
   */
  async keep(body: Buffer | string, record: ObjectRecord): Promise<{ archived: ArchivedRecord; isNew: boolean }> {
    const place = placeOfKey(record.key);
    const folder = this.#folder(place, 'make');
    let name: string | null = null;
    folder.users++;
    try {
      let isTaken = false;
      for (const candidate of folder.namesOf(place.name)) {
        const found = await this.#inspect(folder, candidate, record.key);
        if (!found || !isSameObject(found.record, record)) continue;
        if (found.isWhole) {
          if (typeof body === 'string') await this.discard(body);
          return { archived: archived(folder, candidate, found.record), isNew: false };
        }
        name = candidate;
      }
      if (name === null) {
        name = folder.take(place.name, 'file');
        isTaken = true;
      }
      try {
        await this.#moveIn(body, folder, name, record);
      } catch (error) {
        if (isTaken) folder.release(name);
        throw error;
      }
      return { archived: archived(folder, name, record), isNew: true };
    } finally {
      folder.users--;
    }
  }

  /** Everything that is whole in the archive, in the order of names. Errors: CASE_DAMAGED, IO_FAILED. */
  async *held(): AsyncGenerator<ArchivedRecord> {
    const root = this.#folder({ folders: [], name: '' }, 'find');
    if (root) yield* this.#heldIn(root, []);
  }

  /** Removes what unfinished downloads have left. */
  async close(): Promise<void> {
    if (this.#parts !== null) await rm(this.#parts, { recursive: true, force: true }).catch(() => undefined);
    this.#parts = null;
    this.#folders.clear();
  }

  async *#heldIn(folder: ArchiveFolder, above: readonly string[]): AsyncGenerator<ArchivedRecord> {
    const entries = [...folder.entries()].sort(([left], [right]) => (left < right ? -1 : 1));
    const files: string[] = [];
    for (const [name, kind] of entries) {
      if (kind === 'odd') throw notPlain(join(folder.path, name));
      if (kind === 'file' && !name.endsWith(sidecarSuffix)) files.push(name);
      if (kind !== 'folder' || name === partsFolder) continue;
      const inner = ArchiveFolder.open(join(folder.path, name), `${folder.storedPath}/${name}`);
      if (inner) yield* this.#heldIn(inner, [...above, withoutCopy(name)]);
    }
    for (let from = 0; from < files.length; from += sidecarsAtOnce) {
      const records = files.slice(from, from + sidecarsAtOnce).map(async (name) => {
        const found = await this.#inspect(folder, name, null);
        if (!found?.isWhole) return null;
        // A sidecar that speaks of another place is not ours.
        const place = placeOfKey(found.record.key);
        const isHere = [...place.folders, place.name].join('/') === [...above, withoutCopy(name)].join('/');
        return isHere ? archived(folder, name, found.record) : null;
      });
      for (const record of await Promise.all(records)) if (record) yield record;
    }
  }

  /** What the sidecar beside a body says, and whether the body has that size. */
  async #inspect(
    folder: ArchiveFolder,
    name: string,
    key: string | null,
  ): Promise<{ record: ObjectRecord; isWhole: boolean } | null> {
    // Throws if it is a link.
    folder.hasFile(name + sidecarSuffix);
    const path = join(folder.path, name);
    try {
      const content = await this.#disk.run(
        () => readSidecarSync(path + sidecarSuffix),
        () => readSidecar(path + sidecarSuffix),
      );
      const record = parseSidecar(content);
      if (record === null || record.bucket !== this.#bucket || record.key !== (key ?? record.key)) return null;
      const stats = await this.#disk.run(
        () => lstatSync(path, { throwIfNoEntry: false }),
        () => lstat(path).catch(unlessMissing),
      );
      return { record, isWhole: stats !== undefined && stats.isFile() && stats.size === record.sizeBytes };
    } catch (error) {
      throw ioError(`“${path}” in the archive cannot be read`, error);
    }
  }

  async #moveIn(body: Buffer | string, folder: ArchiveFolder, name: string, record: ObjectRecord): Promise<void> {
    const path = join(folder.path, name);
    const part = typeof body === 'string' ? body : this.newPart();
    const sidecarPart = `${part}.json`;
    const sidecar = formatSidecar(record);
    try {
      await this.#disk.run(
        () => {
          if (typeof body !== 'string') writeFileSync(part, body, { flag: 'wx' });
          writeFileSync(sidecarPart, sidecar, { flag: 'wx' });
          renameSync(sidecarPart, path + sidecarSuffix);
          renameSync(part, path);
        },
        async () => {
          if (typeof body !== 'string') await writeFile(part, body, { flag: 'wx' });
          await writeFile(sidecarPart, sidecar, { flag: 'wx' });
          await rename(sidecarPart, path + sidecarSuffix);
          await rename(part, path);
        },
      );
    } catch (error) {
      throw ioError(`The object ${record.key} cannot be written to “${path}”`, error);
    }
  }

  #folder(place: Place, mode: 'make'): ArchiveFolder;
  #folder(place: Place, mode: 'find' | 'make'): ArchiveFolder | null;
  #folder({ folders }: Place, mode: 'find' | 'make'): ArchiveFolder | null {
    const id = folders.join('/');
    const known = this.#folders.get(id);
    if (known) {
      this.#folders.delete(id);
      this.#folders.set(id, known);
      return known;
    }
    const last = folders.at(-1);
    const folder =
      last === undefined
        ? this.#bucketFolder(mode)
        : (this.#folder({ folders: folders.slice(0, -1), name: '' }, mode)?.[mode](last) ?? null);
    if (folder) {
      this.#folders.set(id, folder);
      if (this.#folders.size % 64 === 0) this.#forget();
    }
    return folder;
  }

  #bucketFolder(mode: 'find' | 'make'): ArchiveFolder | null {
    const path = join(this.#casePath, 'archive');
    try {
      if (mode === 'make') mkdirSync(path, { recursive: true });
    } catch (error) {
      throw ioError(`The folder “${path}” cannot be made`, error);
    }
    return ArchiveFolder.open(path, 'archive')?.[mode]('s3')?.[mode](encodeSegment(this.#bucket)) ?? null;
  }

  /** Drops the folders that were not used for long: those of days that are done. */
  #forget(): void {
    let names = 0;
    for (const folder of this.#folders.values()) names += folder.size + 1;
    for (const [id, folder] of this.#folders) {
      if (names <= mostNames) return;
      if (folder.users > 0) continue;
      names -= folder.size + 1;
      this.#folders.delete(id);
    }
  }

  #emptyPartsFolder(): string {
    const root = this.#folder({ folders: [], name: '' }, 'make');
    const path = join(root.path, partsFolder);
    try {
      // What a process left that was killed, or a link that somebody put there; neither is followed.
      rmSync(path, { recursive: true, force: true });
      mkdirSync(path);
    } catch (error) {
      throw ioError(`The folder “${path}” cannot be made in the archive`, error);
    }
    return path;
  }
}

/** Where an object lies below its bucket's folder. */
function placeOfKey(key: string): Place {
  const encoded = key.split('/').map(encodeSegment);
  if (key.length * 3 > longestKeyPathBytes && Buffer.byteLength(encoded.join('/')) > longestKeyPathBytes) {
    return { folders: [longKeysFolder], name: createHash('sha256').update(key).digest('hex') };
  }
  return { folders: encoded.slice(0, -1), name: encoded.at(-1)! };
}

function archived(folder: ArchiveFolder, name: string, record: ObjectRecord): ArchivedRecord {
  return { record, storedPath: `${folder.storedPath}/${name}` };
}

function withoutCopy(name: string): string {
  return name.replace(/%=\d+$/, '');
}

function unlessMissing(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
}
