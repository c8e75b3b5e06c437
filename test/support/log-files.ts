import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { readRecords } from '#engine/evidence/rebuild-record.ts';
import type { ImportSummary } from '#shared/api/evidence.ts';
import type { TemporaryCase } from './temporary-case.ts';

export type Fields = Record<string, unknown>;

/** A plain record as CloudTrail writes it, with an eventID of its own. */
export function event(fields: Fields = {}): Fields {
  return {
    eventVersion: '1.08',
    userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::123456789012:user/ann', userName: 'ann' },
    eventTime: '2024-08-01T13:33:28Z',
    eventSource: 's3.amazonaws.com',
    eventName: 'ListBuckets',
    awsRegion: 'eu-central-1',
    sourceIPAddress: '192.0.2.7',
    requestParameters: null,
    eventID: randomUUID(),
    ...fields,
  };
}

export const events = (count: number): Fields[] => Array.from({ length: count }, () => event());
export const records = (list: readonly unknown[]): string => JSON.stringify({ Records: list });
export const lines = (list: readonly unknown[]): string => list.map((item) => `${JSON.stringify(item)}\n`).join('');

/** A row of the ledger, numbers as numbers. */
export interface LedgerRow {
  readonly fileId: number;
  readonly verdict: string;
  readonly kind: string;
  readonly shape: string | null;
  readonly reason: string | null;
  readonly flags: readonly string[];
  readonly read: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly storedPath: string;
}

export interface Imported {
  readonly folder: string;
  readonly summary: ImportSummary;
  /** The ledger's row of a file by its name below the folder (`a.zip!member` in containers). */
  file(name: string): LedgerRow;
}

let folders = 0;

/** Writes files below a folder of their own. */
export async function writeFiles(
  testCase: TemporaryCase,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const folder = join(testCase.folder, `evidence-${++folders}`);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** Imports files and checks the accounting: read = stored + duplicate + rejected, for each file and in total. */
export async function importFiles(
  testCase: TemporaryCase,
  files: Readonly<Record<string, string | Uint8Array>>,
  mode?: 'copy' | 'reference',
): Promise<Imported> {
  return importFolder(testCase, await writeFiles(testCase, files), mode);
}

export async function importFolder(
  testCase: TemporaryCase,
  folder: string,
  mode?: 'copy' | 'reference',
): Promise<Imported> {
  const summary = await testCase.import([folder], mode);
  const { read, stored, duplicate, rejected } = summary.records;
  expect(read).toBe(stored + duplicate + rejected);
  await expectAccounts(testCase);
  const rows = await testCase.rows(`SELECT fileId, sourcePath, verdict, kind, shape, reason, flags, storedPath,
    recordsRead::INTEGER AS read, recordsStored::INTEGER AS stored, recordsDuplicate::INTEGER AS duplicate,
    recordsRejected::INTEGER AS rejected FROM files`);
  const byPath = new Map(rows.map((row) => [String(row['sourcePath']), row as unknown as LedgerRow]));
  return {
    folder,
    summary,
    file(name) {
      const row = byPath.get(`${folder}/${name}`);
      if (!row) throw new Error(`“${name}” is not in the ledger`);
      return row;
    },
  };
}

/** The accounting of the whole case: every ledger row against the tables, and no row without its file. */
export async function expectAccounts(testCase: Pick<TemporaryCase, 'rows'>): Promise<void> {
  const wrong = await testCase.rows(`
    WITH held AS (
      SELECT fileId, count(*) FILTER (kind = 's') AS stored, count(*) FILTER (kind = 'd') AS duplicate,
        count(*) FILTER (kind = 'r') AS rejected
      FROM (SELECT fileId, 's' AS kind FROM events UNION ALL SELECT fileId, 's' FROM insights
        UNION ALL SELECT fileId, 's' FROM aggregated_events UNION ALL SELECT fileId, 'd' FROM duplicates
        UNION ALL SELECT fileId, 'r' FROM rejected)
      GROUP BY fileId)
    SELECT files.sourcePath, recordsRead, recordsStored, recordsDuplicate, recordsRejected, held.*
    FROM files FULL JOIN held ON files.fileId = held.fileId
    WHERE files.fileId IS NULL OR recordsRead <> recordsStored + recordsDuplicate + recordsRejected
      OR recordsStored <> coalesce(stored, 0) OR recordsDuplicate <> coalesce(duplicate, 0)
      OR recordsRejected <> coalesce(rejected, 0)`);
  expect(wrong).toEqual([]);
}

/** Every event's record as the case gives it back, in evidence order. */
export async function storedRecords(
  testCase: TemporaryCase,
): Promise<{ fileId: number; recordIndex: number; record: string }[]> {
  return testCase.openCase.withConnection(async (connection) => {
    const found = [];
    for await (const row of readRecords(connection)) found.push(row);
    return found;
  });
}
