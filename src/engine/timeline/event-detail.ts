import { TrailbenchError } from '#shared/api/errors.ts';
import type { RecordPlace } from '#shared/api/evidence.ts';
import type { EventDetail } from '#shared/api/timeline.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import { readLedgerFile } from '#engine/evidence/ledger.ts';
import { readEvent } from '#engine/evidence/rebuild-record.ts';

/** Everything about one event. Throws NOT_FOUND. */
export async function readEventDetail(
  openCase: OpenCase,
  place: RecordPlace,
  signal?: AbortSignal,
): Promise<EventDetail> {
  return openCase.withConnection(async (connection) => {
    const event = await readEvent(connection, place);
    const file = await readLedgerFile(connection, place.fileId);
    if (!event || !file) {
      throw new TrailbenchError('NOT_FOUND', 'The case holds no event at this place. Reload the timeline.');
    }
    const reader = await connection.runAndReadAll(
      `SELECT fileId, recordIndex, sourcePath, isConflict FROM duplicates JOIN files USING (fileId)
       WHERE keptFileId = $1 AND keptRecordIndex = $2 ORDER BY fileId, recordIndex`,
      [place.fileId, place.recordIndex],
    );
    const duplicates = reader.getRows().map(([fileId, recordIndex, sourcePath, isConflict]) => ({
      fileId: Number(fileId),
      recordIndex: Number(recordIndex),
      sourcePath: String(sourcePath),
      isConflict: isConflict === true,
    }));
    return { ...event, file, duplicates };
  }, signal);
}
