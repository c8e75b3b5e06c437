import type { Column, Table } from './table.ts';

/** STRUCT fields of `userIdentity`, as CloudTrail documents them ("CloudTrail userIdentity element"). All are text. */
const userIdentityType = `STRUCT("type" VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR, accessKeyId VARCHAR, userName VARCHAR, invokedBy VARCHAR, identityProvider VARCHAR, credentialId VARCHAR, onBehalfOf STRUCT(userId VARCHAR, identityStoreArn VARCHAR), sessionContext STRUCT(attributes STRUCT(creationDate VARCHAR, mfaAuthenticated VARCHAR), sessionIssuer STRUCT("type" VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR, userName VARCHAR), webIdFederationData STRUCT(federatedProvider VARCHAR, attributes JSON), sourceIdentity VARCHAR, ec2RoleDelivery VARCHAR, ec2IssuedInVpc VARCHAR, assumedRoot VARCHAR))`;

const record = (name: string, type: string, description: string, more: Partial<Column> = {}): Column => ({
  name,
  type,
  origin: 'record',
  description,
  ...more,
});

const json = (name: string, description: string, more: Partial<Column> = {}): Column =>
  record(name, 'JSON', description, more);

/**
 * zstd pays for JSON that most events have: a quarter of the default's space, and less time. For columns that are mostly
 * empty it takes more than the default does (15 MB in a million events for four of them).
 */
const largeJson: typeof json = (name, description, more) => json(name, description, { compression: 'zstd', ...more });

/** Top-level fields of the CloudTrail record format, under their own names. Source: "CloudTrail record contents". */
const recordColumns: readonly Column[] = [
  record(
    'eventTime',
    'TIMESTAMP',
    'When the request was completed, in UTC. Empty if the record has no readable time.',
    {
      since: '1.0',
    },
  ),
  record('eventVersion', 'VARCHAR', 'Version of the record format, major.minor: 1.11 is newer than 1.9.', {
    since: '1.0',
  }),
  record('eventName', 'VARCHAR', 'The action requested. Not always the API’s own name (e.g. ListFunctions20150331).', {
    since: '1.0',
  }),
  record('eventSource', 'VARCHAR', 'The service the request was made to, e.g. ec2.amazonaws.com.', { since: '1.0' }),
  record('awsRegion', 'VARCHAR', 'The Region the request was made to.', { since: '1.0' }),
  record('sourceIPAddress', 'VARCHAR', 'Where the request came from: an address, a service’s name or “AWS Internal”.', {
    since: '1.0',
  }),
  record('userAgent', 'VARCHAR', 'The agent the request was made with. Text chosen by the caller.', { since: '1.0' }),
  record('errorCode', 'VARCHAR', 'The service’s error, if the request failed.', { since: '1.0' }),
  record('errorMessage', 'VARCHAR', 'The error’s description.', { since: '1.0' }),
  record('userIdentity', userIdentityType, 'Who made the request. Fields are reached with a dot: userIdentity.arn.', {
    since: '1.0',
  }),
  largeJson('requestParameters', 'The request’s parameters, as JSON text.', { since: '1.0' }),
  largeJson('responseElements', 'What a creating, changing or deleting call answered, as JSON text.', { since: '1.0' }),
  largeJson('additionalEventData', 'Further data about the event, as JSON text.', { since: '1.0' }),
  record('requestID', 'VARCHAR', 'Identifies the request; made by the service called.', { since: '1.01' }),
  record('eventID', 'UUID', 'CloudTrail’s own identifier of the event. One row of this table per eventID.', {
    since: '1.01',
  }),
  record('readOnly', 'BOOLEAN', 'Whether the operation only read.', { since: '1.01' }),
  record('resources', 'STRUCT(ARN VARCHAR, accountId VARCHAR, "type" VARCHAR)[]', 'Resources the event touched.', {
    since: '1.01',
  }),
  record('apiVersion', 'VARCHAR', 'The API version of an AwsApiCall.', { since: '1.01' }),
  record('eventType', 'VARCHAR', 'AwsApiCall, AwsServiceEvent, AwsConsoleAction, AwsConsoleSignIn, AwsVpceEvents.', {
    since: '1.02',
  }),
  record('recipientAccountId', 'VARCHAR', 'The account that received this event; may differ from the caller’s.', {
    since: '1.02',
  }),
  record('sharedEventID', 'VARCHAR', 'Shared by events of one action that were delivered to different accounts.', {
    since: '1.03',
  }),
  record('vpcEndpointId', 'VARCHAR', 'The VPC endpoint the request came through.', { since: '1.04' }),
  json('serviceEventDetails', 'What triggered a service event, as JSON text.', { since: '1.05' }),
  record('managementEvent', 'BOOLEAN', 'Whether this is a management event.', { since: '1.06' }),
  record('eventCategory', 'VARCHAR', 'Management, Data or NetworkActivity.', { since: '1.07' }),
  json('addendum', 'Why an event came late or was updated, as JSON text.', { since: '1.08' }),
  record('sessionCredentialFromConsole', 'VARCHAR', '“true” if the event came from a console session.', {
    since: '1.08',
  }),
  json('edgeDeviceDetails', 'Edge devices the request targeted, as JSON text.', { since: '1.08' }),
  record(
    'tlsDetails',
    'STRUCT(tlsVersion VARCHAR, cipherSuite VARCHAR, clientProvidedHostHeader VARCHAR, keyExchange VARCHAR)',
    'TLS version, cipher suite, key exchange and the host name the client used.',
    { since: '1.08' },
  ),
  record('vpcEndpointAccountId', 'VARCHAR', 'The owner of the VPC endpoint.', { since: '1.09' }),
  json('eventContext', 'Context that CloudTrail Lake adds, as JSON text. Never in a trail’s files.', { since: '1.11' }),
  json(
    'otherFields',
    'All that the columns can’t hold exactly: unknown fields, nulls that were written out, values of an unexpected type, times that are not whole-second UTC. Merging it over the columns gives the record back.',
  ),
];

const derived = (name: string, type: string, description: string, derivation?: string): Column => ({
  name,
  type,
  origin: 'derived',
  description,
  ...(derivation ? { derivation } : {}),
});

const roleSession = `userIdentity.sessionContext.sessionIssuer.userName || coalesce('/' || nullif(split_part(userIdentity.principalId, ':', 2), ''), '')`;

const actorDerivation = `CASE userIdentity."type"
  WHEN 'Root' THEN 'root'
  WHEN 'AssumedRole' THEN coalesce(${roleSession}, split_part(userIdentity.arn, ':assumed-role/', 2), userIdentity.principalId)
  WHEN 'AWSService' THEN coalesce(userIdentity.invokedBy, userIdentity.arn, userIdentity.principalId)
  WHEN 'AWSAccount' THEN coalesce(userIdentity.arn, userIdentity.principalId, userIdentity.accountId)
  WHEN 'IdentityCenterUser' THEN coalesce(userIdentity.userName, userIdentity.onBehalfOf.userId, userIdentity.credentialId)
  WHEN 'FederatedUser' THEN coalesce(nullif(split_part(userIdentity.arn, ':federated-user/', 2), ''), userIdentity.principalId)
  ELSE coalesce(userIdentity.userName, nullif(split_part(userIdentity.arn, ':user/', 2), ''), userIdentity.arn, userIdentity.principalId, userIdentity.invokedBy, userIdentity.accountId)
END`;

/** A JSON pointer: a path that begins with `$` would be parsed, and fail the statement if an eventName isn't one. */
const eventNamePointer = `('/' || replace(replace(eventName, '~', '~0'), '/', '~1'))`;

const outcomeDerivation = `CASE
  WHEN errorCode <> '' THEN
    CASE WHEN regexp_matches(errorCode, '(?i)AccessDenied|Unauthorized|NotAuthorized|Forbidden|AuthorizationError') THEN 'denied' ELSE 'failure' END
  WHEN eventSource = 'signin.amazonaws.com' AND json_extract_string(responseElements, ${eventNamePointer}) = 'Failure' THEN 'failure'
  ELSE 'success'
END`;

const derivedColumns: readonly Column[] = [
  derived(
    'actor',
    'VARCHAR',
    'The person, role session or service behind the call: a user’s name, role/session, “root”, or the service.',
    actorDerivation,
  ),
  derived(
    'accessKeyId',
    'VARCHAR',
    'The access key the request was signed with.',
    `nullif(userIdentity.accessKeyId, '')`,
  ),
  derived(
    'sessionKey',
    'VARCHAR',
    'Identifies a session of temporary credentials: arn|accessKeyId|creationDate (key ids can recur, so the key alone does not).',
    `CASE WHEN userIdentity.sessionContext.attributes.creationDate IS NOT NULL THEN concat_ws('|', userIdentity.arn, userIdentity.accessKeyId, userIdentity.sessionContext.attributes.creationDate) END`,
  ),
  derived(
    'accountId',
    'VARCHAR',
    'The account the event belongs to: its recipient, else the caller’s.',
    `coalesce(nullif(recipientAccountId, ''), nullif(userIdentity.accountId, ''))`,
  ),
  derived(
    'service',
    'VARCHAR',
    'eventSource without .amazonaws.com.',
    `CASE WHEN ends_with(eventSource, '.amazonaws.com') THEN left(eventSource, length(eventSource) - 14) ELSE eventSource END`,
  ),
  derived(
    'outcome',
    'VARCHAR',
    'success, denied (the caller lacked permission) or failure (any other error, and failed sign-ins, which CloudTrail reports in responseElements).',
    outcomeDerivation,
  ),
  derived('sourceIp', 'VARCHAR', 'sourceIPAddress where it is a valid IPv4 or IPv6 address, else empty.'),
  derived(
    'eventKey',
    'UUID',
    'Identity of an event whose eventID is missing or not a UUID: the first 128 bits of a SHA-256 over the eventID’s text, or over the record’s canonical JSON.',
  ),
];

const provenanceColumns: readonly Column[] = [
  {
    name: 'fileId',
    type: 'INTEGER',
    origin: 'provenance',
    description: 'The evidence file the record came from: files.fileId.',
    isRequired: true,
  },
  {
    name: 'recordIndex',
    type: 'INTEGER',
    origin: 'provenance',
    description: 'The record’s position in its file, from 0.',
    isRequired: true,
  },
];

/** One row per distinct event. */
export const eventsTable: Table = {
  name: 'events',
  kind: 'evidence',
  description: 'CloudTrail events, one row per distinct event: management, data and network activity.',
  columns: [...recordColumns, ...derivedColumns, ...provenanceColumns],
};
