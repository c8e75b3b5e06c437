import { accounts, globalRegion, homeRegion, type Person, type Role, type User } from './company.ts';
import { consoleTime, eventTime, type Caller, type JsonObject, type SampleEvent, type Trail } from './records.ts';

export const userAgents = {
  firefox: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:136.0) Gecko/20100101 Firefox/136.0',
  safari:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15',
  cli: 'aws-cli/2.24.10 md/awscrt#0.23.8 ua/2.0 os/macos#24.3.0 md/arch#arm64 lang/python#3.12.9 md/pyimpl#CPython cfg/retry-mode#standard',
  terraform:
    'APN/1.0 HashiCorp/1.0 Terraform/1.11.0 (+https://www.terraform.io) terraform-provider-aws/5.88.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.36.1 ua/2.1 os/linux lang/go#1.23.6',
  sdkJava: 'aws-sdk-java/2.30.20 md/io#async md/http#NettyNio ua/2.1 os/Linux#6.1 lang/java#21.0.6',
  sdkGo: 'aws-sdk-go-v2/1.36.1 ua/2.1 os/linux lang/go#1.23.6 md/GOARCH#amd64',
  boto: 'Boto3/1.36.26 md/Botocore#1.36.26 ua/2.0 os/linux#6.8.0-52-generic md/arch#x86_64 lang/python#3.11.2 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.36.26',
  s3Console: 'S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.780 Linux/5.10 OpenJDK_64-Bit_Server_VM/25.442',
} as const;

export function roleArn(role: Role): string {
  return `arn:aws:iam::${role.accountId}:role${role.path}${role.name}`;
}

export function userArn(user: Pick<User, 'name' | 'accountId'>): string {
  return `arn:aws:iam::${user.accountId}:user/${user.name}`;
}

export function userIdentity(user: User, keyId = user.keyId): JsonObject {
  return {
    type: 'IAMUser',
    principalId: user.principalId,
    arn: userArn(user),
    accountId: user.accountId,
    accessKeyId: keyId,
    userName: user.name,
  };
}

export interface SessionOptions {
  readonly role: Role;
  readonly name: string;
  readonly keyId: string;
  readonly createdAtMs: number;
  readonly hasMfa?: boolean;
  readonly extra?: JsonObject;
}

export function sessionIdentity({ role, name, keyId, createdAtMs, hasMfa, extra }: SessionOptions): JsonObject {
  return {
    type: 'AssumedRole',
    principalId: `${role.principalId}:${name}`,
    arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${name}`,
    accountId: role.accountId,
    accessKeyId: keyId,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: role.principalId,
        arn: roleArn(role),
        accountId: role.accountId,
        userName: role.name,
      },
      attributes: { creationDate: eventTime(createdAtMs), mfaAuthenticated: hasMfa ? 'true' : 'false' },
      ...extra,
    },
  };
}

/** An AWS service that calls for itself. */
export function serviceCaller(service: string, accountId: string, region = homeRegion): Caller {
  const host = `${service}.amazonaws.com`;
  return { accountId, region, identity: { type: 'AWSService', invokedBy: host }, source: host, userAgent: host };
}

/** The same caller, with an AWS service calling on its behalf. */
export function invokedBy(caller: Caller, service: string): Caller {
  const host = `${service}.amazonaws.com`;
  const { vpcEndpointId: _unused, ...rest } = caller;
  return { ...rest, identity: { ...caller.identity, invokedBy: host }, source: host, userAgent: host };
}

export interface Assumption {
  /** The session that the call handed out. */
  readonly caller: Caller;
  /** One event, or two if the role is in another account. */
  readonly events: readonly SampleEvent[];
}

/**
 * AssumeRole and the session it yields. Across accounts it is logged in both: own eventIDs, one sharedEventID, and in
 * the role's account the caller is known by its principalId only.
 */
export function assumeRole(trail: Trail, atMs: number, caller: Caller, role: Role, sessionName: string): Assumption {
  const keyId = trail.random.exampleId('ASIA');
  const call = {
    service: 'sts',
    name: 'AssumeRole',
    parameters: { roleArn: roleArn(role), roleSessionName: sessionName, durationSeconds: 3600 },
    response: credentialsOf(trail, role, sessionName, keyId, atMs),
    resources: [{ accountId: role.accountId, type: 'AWS::IAM::Role', ARN: roleArn(role) }],
  } as const;
  const events: SampleEvent[] = [];
  if (caller.accountId === role.accountId || caller.identity['type'] === 'AWSService') {
    events.push(trail.record(atMs, caller, { ...call, recipient: role.accountId }));
  } else {
    const sharedEventId = trail.random.uuid();
    const stranger = { type: 'AWSAccount', principalId: caller.identity['principalId'], accountId: caller.accountId };
    if (Object.values<string>(accounts).includes(caller.accountId)) {
      events.push(trail.record(atMs, caller, { ...call, sharedEventId }));
    }
    const copy = { ...call, sharedEventId, recipient: role.accountId };
    events.push(trail.record(atMs, { ...caller, identity: stranger }, copy));
  }
  const identity = sessionIdentity({ role, name: sessionName, keyId, createdAtMs: atMs });
  const { vpcEndpointId: _unused, ...rest } = caller;
  return { caller: { ...rest, accountId: role.accountId, identity }, events };
}

export function credentialsOf(trail: Trail, role: Role, sessionName: string, keyId: string, atMs: number): JsonObject {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return {
    credentials: {
      accessKeyId: keyId,
      sessionToken: `IQoJb3JpZ2luX2VjEXAMPLE${trail.random.text(alphabet, 120)}==`,
      expiration: consoleTime(atMs + 3_600_000),
    },
    assumedRoleUser: {
      assumedRoleId: `${role.principalId}:${sessionName}`,
      arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${sessionName}`,
    },
  };
}

/** Signs a person in to the console through the company's identity provider. */
export function signIn(trail: Trail, atMs: number, who: Person, role: Role, source: string): Caller {
  const keyId = trail.random.exampleId('ASIA');
  const userAgent = who.job === 'developer' ? userAgents.safari : userAgents.firefox;
  const identity = sessionIdentity({ role, name: who.name, keyId, createdAtMs: atMs });
  const caller = { accountId: role.accountId, region: homeRegion, identity, source, userAgent, isConsole: true };
  const provider = `arn:aws:iam::${role.accountId}:saml-provider/AWSSSO_5d1f0c83b7e94a62_DO_NOT_DELETE`;
  const samlUser = {
    type: 'SAMLUser',
    principalId: `${trail.random.text('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop', 27)}=:${who.name}`,
    userName: who.name,
    identityProvider: `${trail.random.text('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop', 27)}=`,
  };
  trail.record(
    atMs,
    { ...caller, identity: samlUser, isConsole: false, userAgent: 'aws-internal/3 aws-sdk-java/1.12.780 Linux/5.10' },
    {
      service: 'sts',
      name: 'AssumeRoleWithSAML',
      parameters: {
        sAMLAssertionID: `_${trail.random.uuid()}`,
        roleSessionName: who.name,
        durationSeconds: 3600,
        roleArn: roleArn(role),
        principalArn: provider,
      },
      response: {
        subjectType: 'transient',
        issuer: `https://portal.sso.${homeRegion}.amazonaws.com/saml/assertion/brindlewick`,
        ...credentialsOf(trail, role, who.name, keyId, atMs),
        subject: `${who.name}@brindlewick.example`,
        audience: 'https://signin.aws.amazon.com/saml',
      },
      resources: [
        { accountId: role.accountId, type: 'AWS::IAM::Role', ARN: roleArn(role) },
        { accountId: role.accountId, type: 'AWS::IAM::SAMLProvider', ARN: provider },
      ],
    },
  );
  const { accessKeyId: _key, ...withoutKey } = identity;
  trail.record(
    atMs + 2000,
    { ...caller, identity: withoutKey, region: homeRegion },
    {
      service: 'signin',
      name: 'ConsoleLogin',
      type: 'AwsConsoleSignIn',
      response: { ConsoleLogin: 'Success' },
      additional: {
        LoginTo: 'https://console.aws.amazon.com/',
        MobileVersion: 'No',
        MFAUsed: 'No',
        SamlProviderArn: provider,
      },
      region: globalRegion,
    },
  );
  return caller;
}
