import { eventsTable } from '#shared/tables/events.ts';
import { quoteIdentifier } from '#shared/tables/table.ts';
import { feedColumns } from '../scan/record-layout.ts';

/** A STRUCT column of `events`: the names of its fields, and the feed column of each or a STRUCT again. */
interface StructFields {
  readonly [name: string]: string | StructFields;
}

const userIdentity: StructFields = {
  type: 'identityType',
  principalId: 'identityPrincipalId',
  arn: 'identityArn',
  accountId: 'identityAccountId',
  accessKeyId: 'identityAccessKeyId',
  userName: 'identityUserName',
  invokedBy: 'identityInvokedBy',
  identityProvider: 'identityProvider',
  credentialId: 'identityCredentialId',
  onBehalfOf: { userId: 'onBehalfOfUserId', identityStoreArn: 'onBehalfOfIdentityStoreArn' },
  sessionContext: {
    attributes: { creationDate: 'sessionCreationDate', mfaAuthenticated: 'sessionMfaAuthenticated' },
    sessionIssuer: {
      type: 'issuerType',
      principalId: 'issuerPrincipalId',
      arn: 'issuerArn',
      accountId: 'issuerAccountId',
      userName: 'issuerUserName',
    },
    webIdFederationData: { federatedProvider: 'webIdFederatedProvider', attributes: 'webIdAttributes' },
    sourceIdentity: 'sessionSourceIdentity',
    ec2RoleDelivery: 'sessionEc2RoleDelivery',
    ec2IssuedInVpc: 'sessionEc2IssuedInVpc',
    assumedRoot: 'sessionAssumedRoot',
  },
};

const tlsDetails: StructFields = {
  tlsVersion: 'tlsVersion',
  cipherSuite: 'cipherSuite',
  clientProvidedHostHeader: 'clientProvidedHostHeader',
  keyExchange: 'keyExchange',
};

function leaves(fields: StructFields): string[] {
  return Object.values(fields).flatMap((field) => (typeof field === 'string' ? [field] : leaves(field)));
}

/** A STRUCT of feed columns; NULL if all of them are. The tests stop at the first column that has a value. */
function structSql(fields: StructFields): string {
  const members = Object.entries(fields).map(
    ([name, field]) => `${quoteIdentifier(name)} := ${typeof field === 'string' ? field : structSql(field)}`,
  );
  const isEmpty = leaves(fields).map((leaf) => `${leaf} IS NULL`);
  return `CASE WHEN ${isEmpty.join(' AND ')} THEN NULL ELSE struct_pack(${members.join(', ')}) END`;
}

/** Record columns that are not in the feed under the same name and form. */
const built: Record<string, string> = {
  userIdentity: structSql(userIdentity),
  tlsDetails: structSql(tlsDetails),
  resources: `CASE WHEN resources IS NOT NULL THEN from_json(resources, '[{"ARN":"VARCHAR","accountId":"VARCHAR","type":"VARCHAR"}]') END`,
};

const fieldPath = /\buserIdentity((?:\.(?:\w+|"\w+"))+)/g;

/** A derivation over the feed: a field of `userIdentity` is read from its feed column, not out of the built STRUCT. */
function overFeed(derivation: string): string {
  return derivation.replace(fieldPath, (path, names: string) => {
    let field: string | StructFields | undefined = userIdentity;
    for (const name of names.slice(1).split('.')) {
      field = typeof field === 'object' ? field[name.replaceAll('"', '')] : undefined;
    }
    if (typeof field !== 'string') throw new Error(`the feed has no column for ${path}`);
    return field;
  });
}

/** The statement that moves all rows the feed offers into `events`. */
export function insertEventsSql(feedName: string): string {
  const fed = new Set(feedColumns.map((column) => column.name));
  const columns = eventsTable.columns.map(({ name, derivation }) => {
    if (derivation) return `${overFeed(derivation)} AS ${quoteIdentifier(name)}`;
    if (built[name]) return `${built[name]} AS ${quoteIdentifier(name)}`;
    if (fed.has(name)) return quoteIdentifier(name);
    throw new Error(`the feed has no column for events.${name}`);
  });
  return `INSERT INTO events SELECT ${columns.join(', ')} FROM ${feedName}()`;
}
