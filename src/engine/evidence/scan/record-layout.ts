/**
 * The flat columns in which a scanned record travels from a scan worker to DuckDB, and where in the record each comes
 * from. The table `events` is put together from them in `insert-events.ts`.
 */
export type FeedKind = 'text' | 'json' | 'uuid' | 'timestamp' | 'boolean' | 'integer';

export interface FeedColumn {
  readonly name: string;
  readonly kind: FeedKind;
  /** Values repeat a lot within a few thousand events, so equal ones are handed over once. */
  readonly isRepetitive: boolean;
}

/** What a field of the record becomes. */
export type Field =
  | { readonly kind: 'text' | 'json' | 'uuid' | 'timestamp' | 'boolean' | 'resources'; readonly column: number }
  | { readonly kind: 'object'; readonly fields: FieldTable; readonly index: number };

export interface FieldTable {
  /** Finds a field by the key's bytes; null for a key without a column. */
  find(bytes: Uint8Array, start: number, end: number): Field | null;
  /** Finds a field by its decoded key (for keys written with escapes). */
  get(key: string): Field | null;
  /** All known keys. */
  readonly entries: ReadonlyMap<string, Field>;
}

const columns: FeedColumn[] = [];

function column(name: string, kind: FeedKind, isRepetitive = kind === 'text'): number {
  columns.push({ name, kind, isRepetitive });
  return columns.length - 1;
}

const slotCount = 4096;

function slotOf(length: number, first: number, middle: number, last: number): number {
  return (length * 67 + first * 7 + middle * 131 + last * 29) & (slotCount - 1);
}

/** A hash table over the few known keys of one object; collisions are chained. */
function fieldTable(fields: Record<string, Field>): FieldTable {
  interface Entry {
    readonly key: Uint8Array;
    readonly field: Field;
    readonly next: Entry | null;
  }
  const slots = new Array<Entry | null>(slotCount).fill(null);
  const byName = new Map(Object.entries(fields));
  for (const [name, field] of byName) {
    const key = new TextEncoder().encode(name);
    const slot = slotOf(key.length, key[0]!, key[key.length >> 1]!, key[key.length - 1]!);
    slots[slot] = { key, field, next: slots[slot]! };
  }
  return {
    find(bytes, start, end) {
      const length = end - start;
      if (length === 0) return null;
      let entry = slots[slotOf(length, bytes[start]!, bytes[start + (length >> 1)]!, bytes[end - 1]!)]!;
      for (; entry; entry = entry.next!) {
        const { key } = entry;
        if (key.length !== length) continue;
        let index = 0;
        while (index < length && key[index] === bytes[start + index]) index++;
        if (index === length) return entry.field;
      }
      return null;
    },
    get: (key) => byName.get(key) ?? null,
    entries: byName,
  };
}

const text = (name: string): Field => ({ kind: 'text', column: column(name, 'text') });
const unique = (name: string): Field => ({ kind: 'text', column: column(name, 'text', false) });
const json = (name: string): Field => ({ kind: 'json', column: column(name, 'json') });
const boolean = (name: string): Field => ({ kind: 'boolean', column: column(name, 'boolean') });
let objects = 0;
const object = (fields: Record<string, Field>): Field => ({
  kind: 'object',
  fields: fieldTable(fields),
  index: objects++,
});

/** The record as CloudTrail documents it. Order is that of the feed's columns. */
export const recordFields: FieldTable = fieldTable({
  eventTime: { kind: 'timestamp', column: column('eventTime', 'timestamp') },
  eventID: { kind: 'uuid', column: column('eventID', 'uuid') },
  eventName: text('eventName'),
  eventSource: text('eventSource'),
  awsRegion: text('awsRegion'),
  sourceIPAddress: text('sourceIPAddress'),
  userAgent: text('userAgent'),
  errorCode: text('errorCode'),
  errorMessage: text('errorMessage'),
  requestParameters: json('requestParameters'),
  responseElements: json('responseElements'),
  additionalEventData: json('additionalEventData'),
  requestID: unique('requestID'),
  readOnly: boolean('readOnly'),
  resources: { kind: 'resources', column: column('resources', 'json', true) },
  apiVersion: text('apiVersion'),
  eventVersion: text('eventVersion'),
  eventType: text('eventType'),
  recipientAccountId: text('recipientAccountId'),
  sharedEventID: unique('sharedEventID'),
  vpcEndpointId: text('vpcEndpointId'),
  serviceEventDetails: json('serviceEventDetails'),
  managementEvent: boolean('managementEvent'),
  eventCategory: text('eventCategory'),
  addendum: json('addendum'),
  sessionCredentialFromConsole: text('sessionCredentialFromConsole'),
  edgeDeviceDetails: json('edgeDeviceDetails'),
  vpcEndpointAccountId: text('vpcEndpointAccountId'),
  eventContext: json('eventContext'),
  tlsDetails: object({
    tlsVersion: text('tlsVersion'),
    cipherSuite: text('cipherSuite'),
    clientProvidedHostHeader: text('clientProvidedHostHeader'),
    keyExchange: text('keyExchange'),
  }),
  userIdentity: object({
    type: text('identityType'),
    principalId: text('identityPrincipalId'),
    arn: text('identityArn'),
    accountId: text('identityAccountId'),
    accessKeyId: text('identityAccessKeyId'),
    userName: text('identityUserName'),
    invokedBy: text('identityInvokedBy'),
    identityProvider: text('identityProvider'),
    credentialId: text('identityCredentialId'),
    onBehalfOf: object({
      userId: text('onBehalfOfUserId'),
      identityStoreArn: text('onBehalfOfIdentityStoreArn'),
    }),
    sessionContext: object({
      attributes: object({
        creationDate: text('sessionCreationDate'),
        mfaAuthenticated: text('sessionMfaAuthenticated'),
      }),
      sessionIssuer: object({
        type: text('issuerType'),
        principalId: text('issuerPrincipalId'),
        arn: text('issuerArn'),
        accountId: text('issuerAccountId'),
        userName: text('issuerUserName'),
      }),
      webIdFederationData: object({
        federatedProvider: text('webIdFederatedProvider'),
        attributes: json('webIdAttributes'),
      }),
      sourceIdentity: text('sessionSourceIdentity'),
      ec2RoleDelivery: text('sessionEc2RoleDelivery'),
      ec2IssuedInVpc: text('sessionEc2IssuedInVpc'),
      assumedRoot: text('sessionAssumedRoot'),
    }),
  }),
});

export const otherFieldsColumn = column('otherFields', 'json', true);
export const sourceIpColumn = column('sourceIp', 'text');
export const eventKeyColumn = column('eventKey', 'uuid');
export const fileIdColumn = column('fileId', 'integer');
export const recordIndexColumn = column('recordIndex', 'integer');

export const feedColumns: readonly FeedColumn[] = columns;
export const objectCount = objects;

function topLevelColumn(name: string): number {
  const field = recordFields.get(name);
  if (!field || field.kind === 'object') throw new Error(`no such column: ${name}`);
  return field.column;
}

export const eventNameColumn = topLevelColumn('eventName');
export const eventSourceColumn = topLevelColumn('eventSource');
export const sourceIPAddressColumn = topLevelColumn('sourceIPAddress');
