import { globalRegion } from './company.ts';
import type { Random } from './random.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Who calls, from where and with what. */
export interface Caller {
  readonly accountId: string;
  readonly region: string;
  readonly identity: JsonObject;
  /** An address, or the name of the AWS service that calls. */
  readonly source: string;
  readonly userAgent: string;
  readonly isConsole?: boolean;
  readonly vpcEndpointId?: string;
}

/** One API call; what is left out is written as CloudTrail writes it for a plain successful read. */
export interface Call {
  /** `ec2` for ec2.amazonaws.com. */
  readonly service: string;
  readonly name: string;
  readonly parameters?: JsonObject | null;
  readonly response?: JsonObject | null;
  readonly error?: readonly [code: string, message: string];
  /** A failure that has a message but no errorCode: failed sign-ins. */
  readonly failureMessage?: string;
  readonly resources?: readonly JsonObject[];
  readonly additional?: JsonObject;
  readonly isData?: boolean;
  readonly isReadOnly?: boolean;
  readonly type?: 'AwsApiCall' | 'AwsServiceEvent' | 'AwsConsoleSignIn' | 'AwsConsoleAction';
  readonly apiVersion?: string;
  readonly region?: string;
  /** The account this copy is delivered to, if it is not the caller's. */
  readonly recipient?: string;
  readonly sharedEventId?: string;
  readonly serviceDetails?: JsonObject;
}

export interface SampleEvent {
  readonly atMs: number;
  readonly eventId: string;
  readonly accountId: string;
  readonly region: string;
  /** The record as it is written into a file. */
  readonly text: string;
}

const globalServices = new Set(['iam', 'organizations', 'route53', 'cloudfront', 'account', 'ce', 'sso-directory']);
const readingNames =
  /^(Describe|Get|List|Head|Lookup|AssumeRole|Decrypt|GenerateDataKey|Select|BatchGet|Search|Simulate)/;

/** eventVersion moves service by service; 1.11 is the current one. */
const eventVersions: Readonly<Record<string, string>> = {
  signin: '1.08',
  ssm: '1.09',
  redshift: '1.09',
  guardduty: '1.10',
  logs: '1.10',
  autoscaling: '1.10',
};

/** Collects the events of the sample, in the record format of CloudTrail. */
export class Trail {
  readonly events: SampleEvent[] = [];
  readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  /** Adds one event; `atMs` loses its milliseconds, as CloudTrail's eventTime has none. */
  record(atMs: number, caller: Caller, call: Call): SampleEvent {
    const random = this.random;
    const type = call.type ?? 'AwsApiCall';
    const region = globalServices.has(call.service) ? globalRegion : (call.region ?? caller.region);
    const accountId = call.recipient ?? caller.accountId;
    const isS3 = call.service === 's3';
    const eventId = random.uuid();
    const requestId = isS3 ? random.text('ABCDEFGHJKMNPQRSTVWXYZ0123456789', 16) : random.uuid();
    const record: JsonObject = {
      eventVersion: eventVersions[call.service] ?? '1.11',
      userIdentity: caller.identity,
      eventTime: eventTime(atMs),
      eventSource: `${call.service}.amazonaws.com`,
      eventName: call.name,
      awsRegion: region,
      sourceIPAddress: caller.source,
      userAgent: isS3 && isAddress(caller.source) ? `[${caller.userAgent}]` : caller.userAgent,
      errorCode: call.error?.[0],
      errorMessage: call.error?.[1] ?? call.failureMessage,
      requestParameters: call.parameters ?? null,
      responseElements: call.error ? null : (call.response ?? null),
      additionalEventData: isS3 ? { ...transferOf(random, caller), ...call.additional } : call.additional,
      requestID: type === 'AwsConsoleSignIn' ? undefined : requestId,
      eventID: eventId,
      readOnly: call.isReadOnly ?? readingNames.test(call.name),
      resources: call.resources,
      eventType: type,
      apiVersion: call.apiVersion,
      managementEvent: !call.isData,
      recipientAccountId: accountId,
      sharedEventID: call.sharedEventId,
      vpcEndpointId: caller.vpcEndpointId,
      vpcEndpointAccountId: caller.vpcEndpointId ? caller.accountId : undefined,
      serviceEventDetails: call.serviceDetails,
      eventCategory: call.isData ? 'Data' : 'Management',
      tlsDetails: tlsOf(caller, call, region),
      sessionCredentialFromConsole: caller.isConsole && type === 'AwsApiCall' ? 'true' : undefined,
    };
    const event = { atMs, eventId, accountId, region, text: renderRecord(record, call.service) };
    this.events.push(event);
    return event;
  }
}

export function eventTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

export function isAddress(source: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(source);
}

function tlsOf(caller: Caller, call: Call, region: string): JsonObject | undefined {
  if (!isAddress(caller.source) || call.type === 'AwsServiceEvent') return undefined;
  const bucket = call.parameters?.['bucketName'];
  let host = globalServices.has(call.service)
    ? `${call.service}.amazonaws.com`
    : `${call.service}.${region}.amazonaws.com`;
  if (call.service === 's3' && typeof bucket === 'string') host = `${bucket}.s3.${region}.amazonaws.com`;
  if (call.service === 'signin') host = `${region}.signin.aws.amazon.com`;
  return {
    tlsVersion: 'TLSv1.3',
    cipherSuite: 'TLS_AES_128_GCM_SHA256',
    clientProvidedHostHeader: host,
    keyExchange: caller.isConsole ? 'X25519MLKEM768' : 'x25519',
  };
}

function transferOf(random: Random, caller: Caller): JsonObject {
  return {
    SignatureVersion: 'SigV4',
    CipherSuite: isAddress(caller.source) ? 'TLS_AES_128_GCM_SHA256' : 'ECDHE-RSA-AES128-GCM-SHA256',
    bytesTransferredIn: 0,
    AuthenticationMethod: 'AuthHeader',
    'x-amz-id-2': `${random.text('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 75)}=`,
    bytesTransferredOut: random.integer(180, 4200),
  };
}

/** CloudTrail's writer escapes `=`, `<`, `>`, `&` and `'` for some services and not for others. */
function renderRecord(record: JsonObject, service: string): string {
  const text = JSON.stringify(record);
  if (service !== 'sts' && service !== 'iam') return text;
  return text.replace(/[=<>&']/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}

/** How IAM and STS write times in responses: `Mar 6, 2026, 2:10:09 AM`. */
export function consoleTime(atMs: number): string {
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const date = new Date(atMs);
  const hours = date.getUTCHours();
  const clock = [hours % 12 === 0 ? 12 : hours % 12, twoDigits(date.getUTCMinutes()), twoDigits(date.getUTCSeconds())];
  const month = months[date.getUTCMonth()] ?? '';
  return `${month} ${date.getUTCDate()}, ${date.getUTCFullYear()}, ${clock.join(':')} ${hours < 12 ? 'AM' : 'PM'}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
