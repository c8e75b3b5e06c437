import { createHash, randomUUID } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExportedFile } from '#shared/api/query.ts';
import { caseLayout } from '#engine/case/case-folder.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import { ioError } from '#engine/io-error.ts';
import { slugName } from '#engine/notebook/files/notebook-name.ts';
import { moveToFreeName } from '#engine/notebook/files/plain-file.ts';

/** `Who was it?` becomes `who-was-it-20230710T120447Z.csv`. */
export function exportName(title: string, at: Date, extension: string): string {
  const stem = slugName(title).replace(/\.md$/, '');
  return `${stem}-${at.toISOString().replace(/[-:]|\.\d+/g, '')}.${extension}`;
}

/** A new path in the one folder that DuckDB may write to; what is left there goes when the case is opened again. */
export function stagedPath(openCase: OpenCase): string {
  return join(caseLayout(openCase.path).exportStaging, randomUUID());
}

/**
 * Moves a finished file from the staging folder to `exports`, as `wanted` or with a number, and writes it to the custody
 * log. Throws IO_FAILED.
 */
export async function publishExport(
  openCase: OpenCase,
  staged: string,
  wanted: string,
  detail: Readonly<Record<string, unknown>>,
): Promise<ExportedFile> {
  const folder = openCase.exportsPath;
  try {
    const file = await open(staged, 'r+');
    const written = await summed(file).finally(() => file.close());
    const name = await moveToFreeName(staged, folder, wanted);
    await openCase.recordCustody('exported', { path: `exports/${name}`, ...written, ...detail });
    return { path: join(folder, name), ...written };
  } catch (error) {
    throw ioError(`“${wanted}” cannot be written to “${folder}”`, error);
  } finally {
    await rm(staged, { force: true }).catch(() => undefined);
  }
}

/** Size and hash of a file, its bytes on the disk. */
export async function summed(file: FileHandle): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, sizeBytes);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    sizeBytes += bytesRead;
  }
  await file.sync();
  return { sizeBytes, sha256: hash.digest('hex') };
}
