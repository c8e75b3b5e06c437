import type { DuckDBConnection } from '@duckdb/node-api';
import type { EvidenceState } from '#shared/api/pins.ts';

/** What the evidence of a case is, in one look. */
export async function evidenceState(connection: DuckDBConnection): Promise<EvidenceState> {
  const reader = await connection.runAndReadAll(
    `SELECT (SELECT to_json(coalesce(list(importId ORDER BY importId), [])) FROM trailbench.main.imports WHERE state <> 'running'),
       (SELECT count(*) FROM trailbench.main.files),
       (SELECT count(*) FROM trailbench.main.events),
       (SELECT sha256(coalesce(string_agg(concat(sha256, chr(10)), '' ORDER BY sha256), '')) FROM trailbench.main.files)`,
  );
  const [importIds, fileCount, eventCount, filesHash] = reader.getRows()[0] ?? [];
  return {
    importIds: JSON.parse(String(importIds)) as number[],
    fileCount: Number(fileCount),
    eventCount: Number(eventCount),
    filesHash: String(filesHash),
  };
}
