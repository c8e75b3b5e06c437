import type { EventDetail } from '#shared/api/index.ts';

export interface EventSummary {
  readonly eventName: string;
  readonly eventSource: string | null;
  readonly awsRegion: string | null;
  readonly eventTime: string | null;
  readonly actor: string | null;
  readonly identityType: string | null;
  readonly accessKeyId: string | null;
  readonly sourceIPAddress: string | null;
  readonly userAgent: string | null;
  readonly accountId: string | null;
  /** success, denied or failure. */
  readonly outcome: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly eventID: string | null;
  readonly recordIndex: string | null;
}

/** What an analyst wants to know of an event at one glance. */
export function summarise(detail: EventDetail): EventSummary {
  const values = new Map(detail.fields.map((field) => [field.name, field.value]));
  const value = (name: string): string | null => values.get(name) ?? null;
  return {
    eventName: value('eventName') ?? '(no name)',
    eventSource: value('eventSource'),
    awsRegion: value('awsRegion'),
    eventTime: value('eventTime'),
    actor: value('actor'),
    identityType: memberOf(value('userIdentity'), 'type'),
    accessKeyId: value('accessKeyId'),
    sourceIPAddress: value('sourceIPAddress'),
    userAgent: value('userAgent'),
    accountId: value('accountId'),
    outcome: value('outcome'),
    errorCode: value('errorCode'),
    errorMessage: value('errorMessage'),
    eventID: value('eventID'),
    recordIndex: value('recordIndex'),
  };
}

/** The last part of a path, which is what tells files of one folder apart. */
export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'), path.lastIndexOf('!')) + 1);
}

/** The end of a file's name: CloudTrail's names begin with what many files share. */
export function shortFileName(path: string): string {
  const name = fileName(path);
  return name.length > 30 ? `…${name.slice(-28)}` : name;
}

function memberOf(json: string | null, name: string): string | null {
  if (json === null) return null;
  try {
    const value: unknown = (JSON.parse(json) as Record<string, unknown> | null)?.[name];
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}
