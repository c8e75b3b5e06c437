import type { S3Keys } from '../acquisition/support/rgw.ts';
import type { ScriptedAnswer } from '../acquisition/support/s3-answers.ts';
import { json, type ReceivedRequest } from '../acquisition/support/scripted-server.ts';

export const roleArn = 'arn:aws:iam::111122223333:role/audit';
export const sessionArn = 'arn:aws:sts::111122223333:assumed-role/audit/ana';
export const mfaSerial = 'arn:aws:iam::444455556666:mfa/ana';
export const rightCode = '123456';
/** No page of AWS's sign-in, so it must not be opened. */
export const foreignPage = 'https://sign-in.example/?user_code=ABCD-EFGH';

/** `audit`: a role that asks for a code, on top of `reader`'s keys; `company`: a sign-in in the browser. */
export const awsConfig = `
[profile audit]
role_arn = ${roleArn}
source_profile = reader
mfa_serial = ${mfaSerial}
[profile company]
sso_session = company
sso_account_id = 111122223333
sso_role_name = ReadOnly
[sso-session company]
sso_start_url = https://company.awsapps.com/start
sso_region = eu-west-1
`;

/** STS and IAM Identity Center; a role's credentials are the store's own keys, so that the store takes them. */
export function answerAsAws({ path, body }: ReceivedRequest, keys: S3Keys): ScriptedAnswer {
  if (path.startsWith('/client/register')) {
    return json(200, { clientId: 'client', clientSecret: 'client-secret', clientSecretExpiresAt: 1_900_000_000 });
  }
  if (path.startsWith('/device_authorization')) {
    const device = { deviceCode: 'device', userCode: 'ABCD-EFGH', expiresIn: 600, interval: 1 };
    return json(200, { ...device, verificationUri: foreignPage, verificationUriComplete: foreignPage });
  }
  if (path.startsWith('/token')) {
    return json(400, { error: 'authorization_pending' }, { 'x-amzn-errortype': 'AuthorizationPendingException' });
  }
  return answerAsSts(new URLSearchParams(body), keys);
}

function answerAsSts(request: URLSearchParams, { accessKeyId, secretAccessKey }: S3Keys): ScriptedAnswer {
  if (request.get('Action') === 'GetCallerIdentity') {
    return sts('GetCallerIdentity', `<Arn>${sessionArn}</Arn><UserId>A:ana</UserId><Account>111122223333</Account>`);
  }
  if (request.get('TokenCode') !== rightCode) {
    const message = 'MultiFactorAuthentication failed with invalid MFA one time pass code. ';
    const error = `<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${message}</Message></Error>`;
    return { status: 403, headers: { 'content-type': 'text/xml' }, body: `<ErrorResponse>${error}</ErrorResponse>` };
  }
  const expiration = new Date(Date.now() + 3_600_000).toISOString();
  const given = `<AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey>`;
  return sts(
    'AssumeRole',
    `<AssumedRoleUser><AssumedRoleId>A:ana</AssumedRoleId><Arn>${sessionArn}</Arn></AssumedRoleUser>` +
      `<Credentials>${given}<SessionToken></SessionToken><Expiration>${expiration}</Expiration></Credentials>`,
  );
}

function sts(action: string, result: string): ScriptedAnswer {
  const body = `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result></${action}Response>`; // prettier-ignore
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
}
