import { JsonCursor, JsonError } from './json-cursor.ts';
import { arrayElements, decodeJsonString, escapeLoneSurrogates, objectMembers, type JsonMember } from './json-text.ts';

/** A piece of JSON text: an object that may be a record or wrap further ones. */
export interface JsonSlice {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** What an object that is no CloudTrail event turned out to be. */
export type Unwrapped =
  | { readonly kind: 'wrapper'; readonly shape: string; readonly inner: readonly (JsonSlice | string)[] }
  | { readonly kind: 'Insight' | 'Aggregated' | 'Digest'; readonly members: ReadonlyMap<string, JsonMember> }
  | { readonly kind: 'none'; readonly reason: string };

const encoder = new TextEncoder();

/**
 * Tells what an object is that has no CloudTrail event's fields: a wrapper (the slices inside are looked at in turn; a
 * string among them says why one can't be), an insight, an aggregate, a digest, or nothing of CloudTrail's.
 */
export function unwrap({ bytes, start, end }: JsonSlice): Unwrapped {
  const members = new Map<string, JsonMember>();
  for (const member of objectMembers(bytes, start, end)) members.set(member.key, member);
  const has = (key: string) => members.has(key);
  const text = (key: string): string | null => {
    const member = members.get(key);
    return member && bytes[member.start] === 0x22 ? decodeJsonString(bytes, member.start, member.end) : null;
  };
  const slice = (key: string): JsonSlice | null => {
    const member = members.get(key);
    return member && bytes[member.start] === 0x7b ? { bytes, start: member.start, end: member.end } : null;
  };
  const wrapper = (shape: string, ...inner: (JsonSlice | string)[]): Unwrapped => ({ kind: 'wrapper', shape, inner });

  if (has('digestS3Bucket') && has('digestEndTime')) return { kind: 'Digest', members };
  if (has('insightDetails')) return { kind: 'Insight', members };
  if (text('eventCategory') === 'Aggregated' || (has('timeWindow') && has('summary'))) {
    return { kind: 'Aggregated', members };
  }
  const detailType = text('detail-type');
  if (detailType !== null) {
    const detail = slice('detail');
    if (/via CloudTrail$/.test(detailType) && detail) return wrapper('EventBridge', detail);
    return { kind: 'none', reason: `An EventBridge event of type “${detailType}”, not from CloudTrail` };
  }
  const cloudTrailEvent = text('CloudTrailEvent');
  if (cloudTrailEvent !== null) return wrapper('lookup-events', innerText(cloudTrailEvent, 'CloudTrailEvent'));
  for (const key of ['_raw', 'message'] as const) {
    const raw = text(key);
    if (raw?.trimStart().startsWith('{')) {
      return wrapper(key === '_raw' ? 'Splunk' : has('timestamp') ? 'CloudWatch Logs' : 'message', innerText(raw, key));
    }
  }
  const result = slice('result');
  if (result) return wrapper('Splunk', result);
  const source = slice('_source');
  if (source) return wrapper('Elasticsearch', source);
  const original = nestedText(bytes, slice('event'), 'original') ?? text('event.original');
  if (original !== null) return wrapper('Elastic Common Schema', innerText(original, 'event.original'));
  const cloudTrail = slice('cloudtrail') ?? slice('detail');
  if (cloudTrail) return wrapper('nested', cloudTrail);
  for (const key of ['Records', 'Events', 'events', 'logEvents', 'hits', 'results']) {
    const member = members.get(key);
    if (!member) continue;
    if (bytes[member.start] === 0x5b) {
      const inner = arrayElements(bytes, member.start, member.end).map((element) =>
        bytes[element.start] === 0x7b ? { bytes, ...element } : `Not a JSON object in “${key}”`,
      );
      return wrapper(key, ...inner);
    }
    if (bytes[member.start] === 0x7b && key === 'hits') {
      return wrapper('Elasticsearch', { bytes, start: member.start, end: member.end });
    }
  }
  return { kind: 'none', reason: reasonFor(has, text) };
}

function reasonFor(has: (key: string) => boolean, text: (key: string) => string | null): string {
  if (has('class_uid') || has('activity_id')) return 'An OCSF event; it does not hold the CloudTrail record';
  if (has('invokingEvent') || has('configurationItem')) return 'An AWS Config event, not a CloudTrail record';
  if (has('s3') && (text('eventSource') ?? '').startsWith('aws:')) return 'An S3 bucket notification';
  if (has('aws') || has('@timestamp')) return 'A log event without the original CloudTrail record (event.original)';
  if (has('eventName')) return 'An eventName, but no other field of a CloudTrail record';
  if (has('eventVersion') || has('eventSource')) return 'A CloudTrail record without an eventName';
  return 'JSON, but not a CloudTrail record';
}

function nestedText(bytes: Uint8Array, slice: JsonSlice | null, key: string): string | null {
  if (!slice) return null;
  const member = objectMembers(bytes, slice.start, slice.end).find((candidate) => candidate.key === key);
  return member && bytes[member.start] === 0x22 ? decodeJsonString(bytes, member.start, member.end) : null;
}

/** A record that came as text inside a JSON string; the sentence if that text is not JSON. */
function innerText(text: string, key: string): JsonSlice | string {
  const bytes = encoder.encode(escapeLoneSurrogates(text));
  const cursor = new JsonCursor(bytes);
  try {
    if (cursor.peek() !== 0x7b) return `“${key}” does not hold a JSON object`;
    const start = cursor.position;
    cursor.skipValue();
    return { bytes, start, end: cursor.position };
  } catch (error) {
    if (error instanceof JsonError) return `“${key}” holds broken JSON: ${error.message}`;
    throw error;
  }
}
