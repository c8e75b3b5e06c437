import type { FailureKind } from './aws-failure.ts';
import type { AwsErrorParts, FailureContext } from './explain-aws.ts';

type Explanation = readonly [kind: FailureKind, sentence: string];

/** What is wrong with the credentials, if that is what is wrong. */
export function explainCredentials(
  error: unknown,
  { code, message }: AwsErrorParts,
  context: FailureContext,
): Explanation | null {
  const origin = context.credentials === undefined ? '' : ` (${context.credentials})`;
  switch (code) {
    case 'InvalidAccessKeyId':
    case 'InvalidClientTokenId':
    case 'UnrecognizedClientException':
      return [
        'credentials',
        `The access key ID is not known${context.endpointUrl ? ` at ${context.endpointUrl}` : ' to AWS'}${origin}: it is mistyped, deleted or meant for another ${context.endpointUrl ? 'store' : 'partition'}. Correct it or choose another profile.`,
      ];
    case 'SignatureDoesNotMatch':
    case 'InvalidSignatureException':
      if (/Signature expired|Signature not yet current/i.test(message)) return skewed(message, context);
      return [
        'credentials',
        `The secret access key does not belong to the access key ID${origin}: enter the key’s secret again, without spaces, or choose another profile.`,
      ];
    case 'ExpiredToken':
    case 'ExpiredTokenException':
    case 'TokenRefreshRequired':
    case 'RequestExpired':
      return ['expired', expired(context)];
    case 'InvalidToken':
      return [
        'expired',
        `The session token is not valid${origin}: temporary credentials need all three parts (key, secret, token) of one session. ${renewal(context)}`,
      ];
    case 'RequestTimeTooSkewed':
    case 'RequestInTheFuture':
      return skewed(message, context);
    case 'AccountProblem':
    case 'NotSignedUp':
    case 'OptInRequired':
      return [
        'credentials',
        `The account of these credentials may not use this service or region (${code}): have the region switched on, or use another account.`,
      ];
  }
  if (/MultiFactorAuthentication failed/i.test(message)) {
    return [
      'credentials',
      'The MFA code was not accepted: wait for the device’s next code and start again (a code works only once).',
    ];
  }
  if (code === 'AccessDenied' && /sts:AssumeRole/.test(message)) {
    const role = /on resource: (arn:\S+)/.exec(message)?.[1] ?? 'the role';
    return [
      'credentials',
      `${role} may not be assumed with these credentials${origin}: the permission sts:AssumeRole is missing, or the role’s trust policy does not name you${/MFA|MultiFactor/i.test(message) ? ' or asks for MFA' : ''}.`,
    ];
  }
  const isProvider = error instanceof Error && /^(Credentials|Token)ProviderError$|^ProviderError$/.test(error.name);
  return isProvider ? explainProvider(message, context) : null;
}

/** The SDK's own sentences name its internals, and a failed command's line may hold secrets: told in our words. */
function explainProvider(message: string, context: FailureContext): Explanation {
  const profile = context.profile ?? 'default';
  const isRemote = context.method === 'sso' || context.method === 'login';
  const network = /\b(E[A-Z_]{5,}|TimeoutError)\b/.exec(message)?.[0];
  if (isRemote && network !== undefined && network !== 'ENOENT') {
    return [
      'connection',
      `The service that gives the credentials of the profile “${profile}” can’t be reached (${network}): check the network connection.`,
    ];
  }
  if (/could not be found|was not found|Could not resolve credentials using profile/i.test(message)) {
    return [
      'credentials',
      `The profile “${profile}” gives no credentials: check its settings in the AWS config files, or choose another.`,
    ];
  }
  if (/aws login|re-?authenticate|login/i.test(message) && context.method === 'login') {
    return [
      'expired',
      `The session of “aws login” is missing or has expired: run “aws login --profile ${profile}” and start again.`,
    ];
  }
  if (context.method === 'sso' || /SSO|Unauthorized/i.test(message)) {
    if (/ForbiddenException|No access|not authorized/i.test(message)) {
      return [
        'credentials',
        `IAM Identity Center gives you no such access: check sso_account_id and sso_role_name of the profile “${profile}”.`,
      ];
    }
    return [
      'expired',
      `The sign-in at IAM Identity Center is missing or has expired: start again and sign in, or run “aws sso login --profile ${profile}”.`,
    ];
  }
  if (context.method === 'process') {
    const reason = /returned (?:expired credentials|invalid JSON|invalid credentials)|did not return Version 1/.exec(
      message,
    );
    return [
      'credentials',
      `The credential_process command of the profile “${profile}” ${reason ? reason[0] : 'failed'}: run it in a terminal to see what is wrong.`,
    ];
  }
  if (context.method === 'instance' || context.method === 'container') {
    return [
      'credentials',
      `There are no AWS credentials: no access key in the environment, no default profile, and the ${context.method}’s metadata service gave no role. Choose a profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`,
    ];
  }
  return [
    'credentials',
    'There are no usable AWS credentials: choose a profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  ];
}

function expired(context: FailureContext): string {
  const origin = context.credentials === undefined ? '' : ` (${context.credentials})`;
  return `The temporary credentials have expired${origin}. ${renewal(context)}`;
}

function renewal({ method, profile }: FailureContext): string {
  switch (method) {
    case 'environment':
      return 'Set fresh ones (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN) and start Trailbench again.';
    case 'keys':
      return `Put fresh ones into the profile “${profile ?? 'default'}” and start again.`;
    case 'login':
      return `Run “aws login --profile ${profile ?? 'default'}” and start again.`;
    default:
      return 'Start again: new ones are then asked for.';
  }
}

function skewed(message: string, { clockSkewMs }: FailureContext): Explanation {
  const measured = clockSkewMs === undefined || clockSkewMs === null ? skewFromMessage(message) : clockSkewMs;
  const amount = measured === null ? 'wrong by more than 15 minutes' : formatSkew(measured);
  return ['clock-skew', `This machine’s clock is ${amount}: set it right (UTC), then start again.`];
}

/** STS tells both times: `Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z (…)`. */
function skewFromMessage(message: string): number | null {
  const [signed, server] = [...message.matchAll(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/g)].map(
    ([, year, month, day, hour, minute, second]) =>
      Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)),
  );
  return signed === undefined || server === undefined ? null : signed - server;
}

function formatSkew(skewMs: number): string {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const amount =
    hours > 0 ? `${hours} h ${minutes} min` : minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
  return `${amount} ${skewMs > 0 ? 'ahead of' : 'behind'} the server’s`;
}
