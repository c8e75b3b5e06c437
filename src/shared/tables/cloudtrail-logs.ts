import type { Column } from './table.ts';

/** A column of a view: an expression over `events`. */
export interface ViewColumn extends Column {
  readonly derivation: string;
  /** The text is JSON, always. */
  readonly isJson?: true;
}

export interface View {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly ViewColumn[];
}

const column = (
  name: string,
  type: string,
  derivation: string,
  description: string,
  origin: Column['origin'] = 'record',
): ViewColumn => ({ name, type, derivation, description, origin });

const text = (name: string, derivation: string, description: string) =>
  column(name, 'VARCHAR', derivation, description);

const jsonText = (name: string, derivation: string, description: string): ViewColumn => ({
  ...column(name, 'VARCHAR', `CAST(${derivation} AS VARCHAR)`, description),
  isJson: true,
});

/** A value as the record wrote it, where its column could not hold it exactly. The search is cheap, parsing is not. */
const asWritten = (field: string, otherwise: string) =>
  `CASE WHEN contains(otherFields, '"${field}":') THEN coalesce(otherFields ->> '$.${field}', ${otherwise}) ELSE ${otherwise} END`;

const userIdentityType = `STRUCT("type" VARCHAR, principalid VARCHAR, arn VARCHAR, accountid VARCHAR, accesskeyid VARCHAR, username VARCHAR, invokedby VARCHAR, identityprovider VARCHAR, credentialid VARCHAR, onbehalfof STRUCT(userid VARCHAR, identitystorearn VARCHAR), sessioncontext STRUCT(attributes STRUCT(creationdate VARCHAR, mfaauthenticated VARCHAR), sessionissuer STRUCT("type" VARCHAR, principalid VARCHAR, arn VARCHAR, accountid VARCHAR, username VARCHAR), webidfederationdata STRUCT(federatedprovider VARCHAR, attributes JSON), sourceidentity VARCHAR, ec2roledelivery VARCHAR, ec2issuedinvpc VARCHAR, assumedroot VARCHAR))`;

/** Athena's reader does not mind the case of keys, the import does: some records have “arn” for “ARN”. */
const resources = `CASE WHEN contains(otherFields, '"arn":') AND json_type(otherFields, '$.resources') = 'ARRAY' THEN list_transform(CAST(json_extract(otherFields, '$.resources') AS JSON[]), lambda item: struct_pack("ARN" := coalesce(item ->> '$.ARN', item ->> '$.arn'), "accountId" := item ->> '$.accountId', "type" := item ->> '$.type')) ELSE resources END`;

const addendumField = (field: string) => `${field.toLowerCase()} := addendum ->> '$.${field}'`;
const addendum = `CASE WHEN addendum IS NOT NULL THEN struct_pack(${['reason', 'updatedFields', 'originalRequestID', 'originalEventID'].map(addendumField).join(', ')}) END`;

const deliveredAt = 'coalesce(file.deliveredAt, eventTime)';

const partition = (name: string, derivation: string, description: string) =>
  column(
    name,
    'VARCHAR',
    derivation,
    `${description} From the file’s name, as in Athena; else from the event.`,
    'derived',
  );

/**
 * `events` under the names and types of AWS's own Athena table. Source: "Create a table for CloudTrail logs in Athena",
 * with manual partitioning, with partition projection, and for an organization. Where `events` keeps a value in
 * `otherFields` because its column can't hold it, this is the value as it was written.
 */
export const cloudtrailLogs: View = {
  name: 'cloudtrail_logs',
  description: 'The events with the column names and types of AWS’s Athena table, so that published queries run.',
  columns: [
    text('eventversion', 'eventVersion', 'Version of the record format, major.minor.'),
    column(
      'useridentity',
      userIdentityType,
      // DuckDB ignores the case of names; a cast to these would read the whole column for one of its fields.
      'userIdentity',
      "Who made the request. Fields are reached with a dot, e.g. useridentity.sessioncontext.sessionissuer.username; all are text (mfaauthenticated is 'true' or 'false'), but for webidfederationdata.attributes, which is JSON.",
    ),
    text(
      'eventtime',
      asWritten('eventTime', `strftime(eventTime, '%Y-%m-%dT%H:%M:%SZ')`),
      'When the request was completed, as text in UTC: 2023-07-10T12:04:47Z. Text in this form sorts by time; from_iso8601_timestamp(eventtime) makes it a time.',
    ),
    text('eventsource', 'eventSource', 'The service the request was made to, e.g. ec2.amazonaws.com.'),
    text('eventname', 'eventName', 'The action requested.'),
    text('awsregion', 'awsRegion', 'The Region the request was made to.'),
    text(
      'sourceipaddress',
      'sourceIPAddress',
      'Where the request came from: an address, a service’s name or “AWS Internal”.',
    ),
    text('useragent', 'userAgent', 'The agent the request was made with. Text chosen by the caller.'),
    text('errorcode', 'errorCode', 'The service’s error; empty (NULL) if the request succeeded.'),
    text('errormessage', 'errorMessage', 'The error’s description.'),
    jsonText(
      'requestparameters',
      'requestParameters',
      'The request’s parameters as JSON text; NULL where the record has null.',
    ),
    jsonText(
      'responseelements',
      'responseElements',
      'What a changing call answered, as JSON text; NULL where the record has null.',
    ),
    jsonText('additionaleventdata', 'additionalEventData', 'Further data about the event, as JSON text.'),
    text('requestid', 'requestID', 'Identifies the request; made by the service called.'),
    text('eventid', asWritten('eventID', 'CAST(eventID AS VARCHAR)'), 'CloudTrail’s own identifier of the event.'),
    column(
      'resources',
      'STRUCT(arn VARCHAR, accountid VARCHAR, "type" VARCHAR)[]',
      resources,
      'Resources the event touched: resources[1].arn is the first one’s ARN.',
    ),
    text('eventtype', 'eventType', 'AwsApiCall, AwsServiceEvent, AwsConsoleAction, AwsConsoleSignIn, AwsVpceEvents.'),
    text('apiversion', 'apiVersion', 'The API version of an AwsApiCall.'),
    text(
      'readonly',
      asWritten('readOnly', 'CAST(readOnly AS VARCHAR)'),
      "Whether the operation only read, as text: 'true' or 'false'.",
    ),
    text('recipientaccountid', 'recipientAccountId', 'The account that received this event.'),
    jsonText('serviceeventdetails', 'serviceEventDetails', 'What triggered a service event, as JSON text.'),
    text('sharedeventid', 'sharedEventID', 'Shared by events of one action that were delivered to different accounts.'),
    text('vpcendpointid', 'vpcEndpointId', 'The VPC endpoint the request came through.'),
    text('vpcendpointaccountid', 'vpcEndpointAccountId', 'The owner of the VPC endpoint.'),
    text('eventcategory', 'eventCategory', 'Management, Data or NetworkActivity.'),
    column(
      'addendum',
      'STRUCT(reason VARCHAR, updatedfields VARCHAR, originalrequestid VARCHAR, originaleventid VARCHAR)',
      addendum,
      'Why an event came late or was updated.',
    ),
    text(
      'sessioncredentialfromconsole',
      'sessionCredentialFromConsole',
      '“true” if the event came from a console session.',
    ),
    jsonText('edgedevicedetails', 'edgeDeviceDetails', 'Edge devices the request targeted, as JSON text.'),
    column(
      'tlsdetails',
      'STRUCT(tlsversion VARCHAR, ciphersuite VARCHAR, clientprovidedhostheader VARCHAR, keyexchange VARCHAR)',
      'tlsDetails',
      'TLS version, cipher suite and the host name the client used.',
    ),
    text(
      'managementevent',
      asWritten('managementEvent', 'CAST(managementEvent AS VARCHAR)'),
      "Whether this is a management event, as text: 'true' or 'false'. Not in AWS’s own table.",
    ),
  ],
};

/** The columns that AWS's tables take from the path of a file, which differ from one table to another. */
const partitions: readonly ViewColumn[] = [
  partition('account', 'coalesce(file.nameAccountId, accountId)', 'Partition of an organization’s table: the account.'),
  partition('region', 'coalesce(file.nameRegion, awsRegion)', 'Partition: the Region.'),
  partition(
    'timestamp',
    `strftime(${deliveredAt}, '%Y/%m/%d')`,
    'Partition of a table with projection: the day of delivery, 2023/07/10.',
  ),
  partition('year', `strftime(${deliveredAt}, '%Y')`, 'Partition: the year of delivery, 2023.'),
  partition('month', `strftime(${deliveredAt}, '%m')`, 'Partition: the month of delivery, 07.'),
  partition('day', `strftime(${deliveredAt}, '%d')`, 'Partition: the day of delivery, 10.'),
];

/** The same with partitions, for which every event's file is looked up. */
export const cloudtrailLogsPartitioned: View = {
  name: 'cloudtrail_logs_pp',
  description: 'cloudtrail_logs with the partition columns of AWS’s tables, from the names of the log files.',
  columns: [...cloudtrailLogs.columns, ...partitions],
};

export const athenaViews: readonly View[] = [cloudtrailLogs, cloudtrailLogsPartitioned];

/** A view as a SELECT, on one line. */
export function viewSql(view: View): string {
  const columns = view.columns.map(({ name, derivation }) => `${derivation} AS "${name}"`);
  const files =
    view === cloudtrailLogs ? '' : ' LEFT JOIN trailbench.main.files AS file ON file.fileId = events.fileId';
  return `SELECT ${columns.join(', ')} FROM trailbench.main.events AS events${files}`;
}
