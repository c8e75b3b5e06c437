import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Log files to measure with. */
export interface DataSet {
  readonly name: string;
  /** All files lie below it. */
  readonly folder: string;
  /** What an import is given: the folder, or some below it. */
  readonly sources: readonly string[];
  /** Where the files come from, for the report. */
  readonly origin: string;
  readonly paths: readonly string[];
  readonly compressedBytes: number;
  /** By what the files' trailers say. */
  readonly inflatedBytes: number;
  readonly largestInflatedBytes: number;
  /** Events in the files, copies included, by an independent count; null: nobody counted. */
  readonly countedEvents: number | null;
}

export interface DataSetPlan extends Pick<DataSet, 'name' | 'folder' | 'origin' | 'countedEvents'> {
  /** Folders below `folder` to take in; default: all of it. */
  readonly sources?: readonly string[];
  /** How the names of log files end. */
  readonly endings: readonly string[];
}

/** The log files of some folders as a data set; they are read once, so that the first run is no colder than the others. */
export async function readDataSet({ endings, ...plan }: DataSetPlan): Promise<DataSet> {
  const sources = plan.sources ?? [plan.folder];
  const paths: string[] = [];
  for (const source of sources) {
    const entries = await readdir(source, { recursive: true });
    paths.push(
      ...entries
        .filter((entry) => endings.some((ending) => entry.endsWith(ending)))
        .map((entry) => join(source, entry))
        .sort(),
    );
  }
  if (paths.length === 0) throw new Error(`There is no ${endings.join(' or ')} below ${plan.folder}.`);
  let compressedBytes = 0;
  let inflatedBytes = 0;
  let largestInflatedBytes = 0;
  for (const path of paths) {
    const bytes = await readFile(path);
    const inflated = path.endsWith('.gz') ? bytes.readUInt32LE(bytes.length - 4) : bytes.length;
    compressedBytes += bytes.length;
    inflatedBytes += inflated;
    largestInflatedBytes = Math.max(largestInflatedBytes, inflated);
  }
  return { ...plan, sources, paths, compressedBytes, inflatedBytes, largestInflatedBytes };
}

export function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Bytes that a file or all files below a folder take. */
export async function sizeOf(path: string): Promise<number> {
  const stats = await stat(path);
  if (!stats.isDirectory()) return stats.size;
  const entries = await readdir(path);
  const sizes = await Promise.all(entries.map((entry) => sizeOf(join(path, entry))));
  return sizes.reduce((sum, size) => sum + size, 0);
}
