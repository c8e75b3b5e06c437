import { eventKeyOfRecord, eventKeyOfText, readUuid } from '../scan/event-identity.ts';
import { storableRecord } from '../scan/json-text.ts';
import type { SpecialRecordRow } from '../scan/file-scanner.ts';
import { parseTimestamp } from '../scan/timestamp.ts';

const encoder = new TextEncoder();

/** The table row of an Insight or Aggregated record: its few typed columns beside the whole record. */
export function specialRow({
  kind,
  recordIndex,
  record,
  fileId,
}: SpecialRecordRow & { readonly fileId: number }): Record<string, unknown> {
  const parsed = JSON.parse(record) as Record<string, unknown>;
  const place = { fileId, recordIndex, record: storableRecord(record), ...identity(parsed, record) };
  if (kind === 'Aggregated') {
    const window = asObject(parsed['timeWindow']);
    return {
      ...place,
      windowStart: time(window['windowStart']),
      windowEnd: time(window['windowEnd']),
      accountId: text(parsed['accountId']),
      awsRegion: text(parsed['awsRegion']),
      eventSource: text(parsed['eventSource']),
    };
  }
  const details = asObject(parsed['insightDetails']);
  return {
    ...place,
    eventTime: time(parsed['eventTime']),
    sharedEventID: text(parsed['sharedEventID']),
    awsRegion: text(parsed['awsRegion']),
    recipientAccountId: text(parsed['recipientAccountId']),
    insightState: text(details['state']),
    insightType: text(details['insightType']),
    insightSource: text(details['eventSource']),
    insightName: text(details['eventName']),
  };
}

/** CloudTrail writes `eventId` in aggregated records. */
function identity(parsed: Record<string, unknown>, record: string): { eventID?: string; eventKey?: string } {
  const id = text(parsed['eventID'] ?? parsed['eventId']);
  const uuid = new Uint8Array(16);
  if (id !== null) {
    const bytes = encoder.encode(id);
    if (readUuid(bytes, 0, bytes.length, uuid) !== 'none') return { eventID: id };
    return { eventKey: formatUuid(eventKeyOfText(id)) };
  }
  const bytes = encoder.encode(record);
  return { eventKey: formatUuid(eventKeyOfRecord(bytes, 0, bytes.length)) };
}

function formatUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function time(value: unknown): string | null {
  const parsed = typeof value === 'string' ? parseTimestamp(value) : null;
  return parsed ? new Date(Number(parsed.micros / 1000n)).toISOString().replace('T', ' ').replace('Z', '') : null;
}
