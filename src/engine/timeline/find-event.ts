import type { RecordPlace } from '#shared/api/evidence.ts';
import type { OpenCase } from '#engine/case/open-case.ts';

/** The event of an eventID; null if the case has none, or if the text is no UUID. */
export async function findEvent(
  openCase: OpenCase,
  eventID: string,
  signal?: AbortSignal,
): Promise<RecordPlace | null> {
  const reader = await openCase.withConnection(
    (connection) =>
      connection.runAndReadAll(
        `SELECT fileId, recordIndex FROM events WHERE eventID = TRY_CAST($eventID AS UUID) ORDER BY fileId, recordIndex LIMIT 1`,
        { eventID },
      ),
    signal,
  );
  const [fileId, recordIndex] = reader.getRows()[0] ?? [];
  return fileId === undefined ? null : { fileId: Number(fileId), recordIndex: Number(recordIndex) };
}
