import { stat } from 'node:fs/promises';
import type { CaseInfo } from '#shared/api/case.ts';
import { caseLayout, caseName } from './case-folder.ts';
import type { OpenedCase } from './opened-case.ts';

/** What the case holds now, counted. */
export async function readCaseInfo(openedCase: OpenedCase): Promise<CaseInfo> {
  const { path, schemaVersion } = openedCase;
  const row = await openedCase.withConnection(async (connection) => {
    const reader = await connection.runAndReadAll(`
      SELECT (SELECT value FROM internal.meta WHERE name = 'createdAt') AS createdAt,
        (SELECT count(*) FROM files) AS fileCount,
        (SELECT count(*) > 0 FROM files WHERE isReferenced) AS hasReferencedFiles,
        count(*) AS eventCount, count(DISTINCT accountId) AS accountCount,
        min(eventTime)::VARCHAR AS firstEventAt, max(eventTime)::VARCHAR AS lastEventAt
      FROM events`);
    return reader.getRowObjects()[0] ?? {};
  });
  const { size } = await stat(caseLayout(path).database);
  return {
    path,
    name: caseName(path),
    createdAt: String(row.createdAt),
    schemaVersion,
    eventCount: Number(row.eventCount),
    fileCount: Number(row.fileCount),
    accountCount: Number(row.accountCount),
    firstEventAt: textOrNull(row.firstEventAt),
    lastEventAt: textOrNull(row.lastEventAt),
    hasReferencedFiles: row.hasReferencedFiles === true,
    databaseBytes: size,
  };
}

function textOrNull(value: unknown): string | null {
  return value == null ? null : String(value);
}
