import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An event of a region's history. `record` is the text that CloudTrail would give back. */
export interface HistoryEvent {
  readonly eventId: string;
  readonly epochSeconds: number;
  readonly eventName: string;
  readonly record: string;
}

export interface FakeTrail {
  /** As in DescribeTrails' `trailList`. */
  readonly trail: Readonly<Record<string, unknown>> & {
    readonly Name: string;
    readonly TrailARN: string;
    readonly HomeRegion: string;
    readonly IsMultiRegionTrail: boolean;
  };
  readonly status: object;
  readonly eventSelectors: object;
  /** Null: Insights are off. */
  readonly insightSelectors: object | null;
}

export interface FakeKey {
  readonly fingerprint: string;
  readonly value: Buffer;
  readonly validFrom: string;
  readonly validTo: string;
}

export interface FakeRequest {
  readonly action: string;
  readonly region: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly atMs: number;
}

/** An error as the service words it, a dropped connection, or no answer at all. */
export type Fault = { readonly code: string; readonly message: string } | 'drop' | 'silence';

export interface CloudTrailData {
  readonly accountId: string;
  readonly userId: string;
  readonly arn: string;
  readonly accessKeyId: string;
  readonly history?: Readonly<Record<string, readonly HistoryEvent[]>>;
  readonly trails?: readonly FakeTrail[];
  readonly keys?: Readonly<Record<string, readonly FakeKey[]>>;
  readonly keysPerPage?: number;
  /** The service's own time. */
  readonly nowMs?: () => number;
  /** Asked before each request is answered. */
  readonly fault?: (request: FakeRequest) => Fault | undefined;
}

export interface CloudTrailServer {
  readonly url: string;
  readonly requests: readonly FakeRequest[];
  /** How many requests were turned away because there were more than two within a second. */
  readonly throttled: number;
  close(): Promise<void>;
}

class ServiceError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const historyMs = 90 * 86_400_000;
/** The SDK for JavaScript leaves the namespace before it out, botocore does not. */
const targetPrefix = /^(com\.amazonaws\.cloudtrail\.v20131101\.)?CloudTrail_20131101\./;

/**
 * CloudTrail of every region, and STS, as far as Trailbench asks them; the region is the one a request is signed for.
 * Wire formats: AWS JSON 1.1 and the AWS query protocol.
 */
export async function startCloudTrailServer(data: CloudTrailData): Promise<CloudTrailServer> {
  const requests: FakeRequest[] = [];
  const service = new Service(data);
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    const scope = /Credential=([^/]+)\/\d{8}\/([^/]+)\/(\w+)\/aws4_request/.exec(request.headers.authorization ?? '');
    const [, accessKeyId = '', region = '', serviceName = ''] = scope ?? [];
    const target = String(request.headers['x-amz-target'] ?? '');
    const isSts = serviceName === 'sts';
    const action = isSts ? (new URLSearchParams(body).get('Action') ?? '') : target.replace(targetPrefix, '');
    const input = isSts ? {} : (JSON.parse(body || '{}') as Record<string, unknown>);
    const asked: FakeRequest = { action, region, input, atMs: service.nowMs() };
    requests.push(asked);
    response.setHeader('x-amzn-RequestId', randomUUID());
    const fault = data.fault?.(asked);
    if (fault === 'silence') return;
    if (fault === 'drop') {
      request.socket.destroy();
      return;
    }
    try {
      if (fault) throw new ServiceError(fault.code, fault.message);
      if (accessKeyId !== data.accessKeyId) {
        throw new ServiceError('UnrecognizedClientException', 'The security token included in the request is invalid.');
      }
      if (isSts) return void response.setHeader('Content-Type', 'text/xml').end(service.callerIdentity());
      const result = service.call(asked);
      response.setHeader('Content-Type', 'application/x-amz-json-1.1').end(JSON.stringify(result));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      response.statusCode = error.code === 'AccessDenied' ? 403 : 400;
      response.setHeader('Content-Type', isSts ? 'text/xml' : 'application/x-amz-json-1.1');
      response.end(isSts ? errorXml(error) : JSON.stringify({ __type: error.code, Message: error.message }));
    }
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get throttled() {
      return service.throttled;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

class Service {
  readonly #data: CloudTrailData;
  readonly #lookups = new Map<string, number[]>();
  /** Tokens by what they are good for: parameters and position. */
  readonly #tokens = new Map<string, { readonly parameters: string; readonly offset: number }>();
  throttled = 0;

  constructor(data: CloudTrailData) {
    this.#data = data;
  }

  nowMs(): number {
    return this.#data.nowMs?.() ?? Date.now();
  }

  call({ action, region, input }: FakeRequest): object {
    switch (action) {
      case 'LookupEvents':
        return this.#lookupEvents(region, input);
      case 'ListPublicKeys':
        return this.#listPublicKeys(region, input);
      case 'DescribeTrails':
        return { trailList: this.#trailsIn(region).map(({ trail }) => trail) };
      case 'GetTrailStatus':
        return this.#find(region, input['Name'], true).status;
      case 'GetEventSelectors': {
        const { trail, eventSelectors } = this.#find(region, input['TrailName'], false);
        return { TrailARN: trail.TrailARN, ...eventSelectors };
      }
      case 'GetInsightSelectors': {
        const { trail, insightSelectors } = this.#find(region, input['TrailName'], false);
        if (insightSelectors) return { TrailARN: trail.TrailARN, ...insightSelectors };
        throw new ServiceError('InsightNotEnabledException', `Trail ${trail.TrailARN} does not have Insights enabled.`);
      }
      default:
        throw new ServiceError('UnknownOperationException', '');
    }
  }

  callerIdentity(): string {
    const { arn, userId, accountId } = this.#data;
    return (
      '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
      `<Arn>${arn}</Arn><UserId>${userId}</UserId><Account>${accountId}</Account></GetCallerIdentityResult>` +
      `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`
    );
  }

  #lookupEvents(region: string, input: FakeRequest['input']): object {
    this.#throttle(region);
    const start = Number(input['StartTime'] ?? 0);
    const end = Number(input['EndTime'] ?? this.nowMs() / 1000);
    const limit = Number(input['MaxResults'] ?? 50);
    if (start > end) throw new ServiceError('InvalidTimeRangeException', 'End time cannot be before start time.');
    if (limit < 1 || limit > 50) throw new ServiceError('InvalidMaxResultsException', 'MaxResults must be 1 to 50.');
    const { NextToken: token, ...rest } = input;
    const parameters = `${region} ${JSON.stringify(Object.entries(rest).sort())}`;
    const from = token === undefined ? { parameters, offset: 0 } : this.#tokens.get(String(token));
    if (from?.parameters !== parameters) throw new ServiceError('InvalidNextTokenException', 'Invalid token.');
    const oldest = Math.max(start, (this.nowMs() - historyMs) / 1000);
    const found = (this.#data.history?.[region] ?? [])
      .filter(({ epochSeconds }) => epochSeconds >= oldest && epochSeconds <= end)
      .sort((a, b) => b.epochSeconds - a.epochSeconds || (a.eventId < b.eventId ? -1 : 1));
    const page = found.slice(from.offset, from.offset + limit);
    const offset = from.offset + page.length;
    const Events = page.map(({ eventId, epochSeconds, eventName, record }) => ({
      ...{ EventId: eventId, EventName: eventName, ReadOnly: 'true', EventTime: epochSeconds, Resources: [] },
      CloudTrailEvent: record,
    }));
    if (offset >= found.length) return { Events };
    const NextToken = createHash('sha256').update(`${parameters} ${offset}`).digest('base64');
    this.#tokens.set(NextToken, { parameters, offset });
    return { Events, NextToken };
  }

  /** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html: 2 a second and region. */
  #throttle(region: string): void {
    const now = this.nowMs();
    const recent = (this.#lookups.get(region) ?? []).filter((atMs) => atMs > now - 1000);
    if (recent.length >= 2) {
      this.throttled++;
      throw new ServiceError('ThrottlingException', 'Rate exceeded');
    }
    this.#lookups.set(region, [...recent, now]);
  }

  #listPublicKeys(region: string, input: FakeRequest['input']): object {
    const start = Number(input['StartTime'] ?? this.nowMs() / 1000);
    const end = Number(input['EndTime'] ?? this.nowMs() / 1000);
    if (start > end) throw new ServiceError('InvalidTimeRangeException', 'The start time is after the end time.');
    const keys = (this.#data.keys?.[region] ?? []).filter(
      ({ validFrom, validTo }) => Date.parse(validFrom) / 1000 <= end && Date.parse(validTo) / 1000 >= start,
    );
    const offset = Number(input['NextToken'] ?? 0);
    const next = offset + (this.#data.keysPerPage ?? keys.length);
    const PublicKeyList = keys.slice(offset, next).map(({ fingerprint, value, validFrom, validTo }) => ({
      ...{ Fingerprint: fingerprint, Value: value.toString('base64') },
      ...{ ValidityStartTime: Date.parse(validFrom) / 1000, ValidityEndTime: Date.parse(validTo) / 1000 },
    }));
    return next < keys.length ? { PublicKeyList, NextToken: String(next) } : { PublicKeyList };
  }

  #trailsIn(region: string): readonly FakeTrail[] {
    const trails = this.#data.trails ?? [];
    return trails.filter(({ trail }) => trail.HomeRegion === region || trail.IsMultiRegionTrail);
  }

  /**
   * A trail's status is told wherever it shows, selectors in its home region and to its own account only.
   * https://github.com/aws/aws-sdk-go-v2/issues/1957 https://github.com/cloud-custodian/cloud-custodian/pull/6394
   */
  #find(region: string, nameOrArn: unknown, isStatus: boolean): FakeTrail {
    const found = this.#trailsIn(region).find(({ trail }) => trail.TrailARN === nameOrArn);
    const isOwn = found?.trail.TrailARN.split(':')[4] === this.#data.accountId;
    if (found && (isStatus || (isOwn && found.trail.HomeRegion === region))) return found;
    const user = this.#data.accountId;
    throw new ServiceError('TrailNotFoundException', `Unknown trail: ${String(nameOrArn)} for the user: ${user}`);
  }
}

function errorXml({ code, message }: ServiceError): string {
  return (
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>' +
    `<Code>${code}</Code><Message>${message}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`
  );
}
