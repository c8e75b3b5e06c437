import { eventsTable } from '#shared/tables/events.ts';
import { quoteIdentifier } from '#shared/tables/table.ts';
import { feedColumns } from '../scan/record-layout.ts';

/** A STRUCT of feed columns; NULL if all of them are. */
function struct(fields: Record<string, string>): string {
  const values = Object.values(fields);
  const members = Object.entries(fields).map(([name, value]) => `${quoteIdentifier(name)} := ${value}`);
  const isEmpty = values.map((value) => `(${value}) IS NULL`).join(' AND ');
  return `CASE WHEN ${isEmpty} THEN NULL ELSE struct_pack(${members.join(', ')}) END`;
}

const sessionContext = struct({
  attributes: struct({ creationDate: 'sessionCreationDate', mfaAuthenticated: 'sessionMfaAuthenticated' }),
  sessionIssuer: struct({
    type: 'issuerType',
    principalId: 'issuerPrincipalId',
    arn: 'issuerArn',
    accountId: 'issuerAccountId',
    userName: 'issuerUserName',
  }),
  webIdFederationData: struct({ federatedProvider: 'webIdFederatedProvider', attributes: 'webIdAttributes' }),
  sourceIdentity: 'sessionSourceIdentity',
  ec2RoleDelivery: 'sessionEc2RoleDelivery',
  ec2IssuedInVpc: 'sessionEc2IssuedInVpc',
  assumedRoot: 'sessionAssumedRoot',
});

const userIdentity = struct({
  type: 'identityType',
  principalId: 'identityPrincipalId',
  arn: 'identityArn',
  accountId: 'identityAccountId',
  accessKeyId: 'identityAccessKeyId',
  userName: 'identityUserName',
  invokedBy: 'identityInvokedBy',
  identityProvider: 'identityProvider',
  credentialId: 'identityCredentialId',
  onBehalfOf: struct({ userId: 'onBehalfOfUserId', identityStoreArn: 'onBehalfOfIdentityStoreArn' }),
  sessionContext: 'sessionContext',
});

const tlsDetails = struct({
  tlsVersion: 'tlsVersion',
  cipherSuite: 'cipherSuite',
  clientProvidedHostHeader: 'clientProvidedHostHeader',
  keyExchange: 'keyExchange',
});

const resources = `from_json(resources, '[{"ARN":"VARCHAR","accountId":"VARCHAR","type":"VARCHAR"}]')`;

/** Record columns that are not in the feed under the same name and form. */
const built: Record<string, string> = { userIdentity, tlsDetails, resources };

/** The statement that moves all rows the feed offers into `events`. */
export function insertEventsSql(feedName: string): string {
  const fed = new Set(feedColumns.map((column) => column.name));
  const record: string[] = [];
  const all: string[] = [];
  for (const column of eventsTable.columns) {
    const name = quoteIdentifier(column.name);
    if (column.derivation) {
      all.push(`${column.derivation} AS ${name}`);
      continue;
    }
    all.push(name);
    if (built[column.name]) record.push(`${built[column.name]} AS ${name}`);
    else if (fed.has(column.name)) record.push(name);
    else throw new Error(`the feed has no column for events.${column.name}`);
  }
  const source = `SELECT * REPLACE (${resources} AS resources), ${sessionContext} AS sessionContext FROM ${feedName}()`;
  const records = record.map((expression) => (expression.endsWith(' AS "resources"') ? '"resources"' : expression));
  return `INSERT INTO events SELECT ${all.join(', ')} FROM (SELECT ${records.join(', ')} FROM (${source}))`;
}
