import { setTimeout as sleep } from 'node:timers/promises';
import type { SSOOIDCClient } from '@aws-sdk/client-sso-oidc';
import {
  CreateTokenCommand,
  RegisterClientCommand,
  SSOOIDCServiceException,
  StartDeviceAuthorizationCommand,
  type CreateTokenResponse,
} from '@aws-sdk/client-sso-oidc';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { Prompts } from '../prompts.ts';
import type { SsoLink } from './credential-plan.ts';
import { formatInstant, readSsoToken, writeSsoToken, type SsoToken } from './sso-token-cache.ts';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
/** The SDK renews a token itself below five minutes; it shall never need to. */
const enoughLifeMs = 6 * 60_000;
/** RFC 8628, 3.5: how much longer to wait after `slow_down`. */
const slowDownMs = 5000;

export interface SignInTools {
  readonly client: SSOOIDCClient;
  readonly prompts: Prompts;
  readonly signal: AbortSignal;
}

interface Registration {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly registrationExpiresAt: string;
}

/**
 * Makes sure that the standard cache holds a token that lives long enough: the one there, a renewed one, or a new one
 * for which the person signs in on a page in the browser. `isRefused`: the one there was not accepted.
 * Errors: CANCELLED, AWS_FAILED, and what the service throws.
 */
export async function ensureSsoToken(link: SsoLink, tools: SignInTools, isRefused = false): Promise<void> {
  const token = await readSsoToken(link);
  if (token && !isRefused) {
    if (Date.parse(token.expiresAt) - Date.now() > enoughLifeMs) return;
    if (await renew(link, token, tools)) return;
  }
  await signIn(link, tools);
}

async function renew(link: SsoLink, token: SsoToken, { client, signal }: SignInTools): Promise<boolean> {
  const { clientId, clientSecret, refreshToken, registrationExpiresAt } = token;
  if (!clientId || !clientSecret || !refreshToken) return false;
  if (registrationExpiresAt !== undefined && Date.parse(registrationExpiresAt) < Date.now()) return false;
  try {
    const grant = { clientId, clientSecret, refreshToken, grantType: 'refresh_token' };
    const answer = await client.send(new CreateTokenCommand(grant), { abortSignal: signal });
    await writeSsoToken(link, { ...token, ...readAnswer(answer, refreshToken) });
    return true;
  } catch (error) {
    // A session that ended or was revoked: the person signs in anew. Anything else would fail again.
    if (isOneOf(error, 'InvalidGrantException', 'ExpiredTokenException', 'InvalidClientException')) return false;
    if (isOneOf(error, 'UnauthorizedClientException', 'AccessDeniedException')) return false;
    throw error;
  }
}

async function signIn(link: SsoLink, tools: SignInTools): Promise<void> {
  const { client, signal } = tools;
  const { registration, device } = await start(link, tools);
  const { clientId, clientSecret } = registration;
  const verificationUrl = device.verificationUriComplete ?? device.verificationUri;
  if (!device.deviceCode || !verificationUrl) throw notUnderstood();
  const expiresAt = Date.now() + (device.expiresIn ?? 600) * 1000;

  const ended = new AbortController();
  const end = (): void => ended.abort();
  signal.addEventListener('abort', end, { once: true });
  let isGivenUp = false;
  const question = {
    type: 'sso' as const,
    title: `Sign in to ${link.session ?? link.startUrl}`,
    verificationUrl,
    userCode: device.userCode ?? '',
    expiresAt: new Date(expiresAt).toISOString(),
  };
  const asked = tools.prompts.ask(question, ended.signal).then((answer) => {
    if (answer !== null || ended.signal.aborted) return;
    isGivenUp = true;
    end();
  });
  try {
    const grant = { clientId, clientSecret, deviceCode: device.deviceCode, grantType: deviceGrant };
    const answer = await poll(client, grant, (device.interval ?? 5) * 1000, expiresAt, ended.signal);
    await writeSsoToken(link, {
      startUrl: link.startUrl,
      region: link.region,
      ...readAnswer(answer, undefined),
      ...registration,
    });
  } catch (error) {
    if (isGivenUp || signal.aborted) throw new TrailbenchError('CANCELLED', 'The sign-in was given up.');
    throw error;
  } finally {
    signal.removeEventListener('abort', end);
    end();
    await asked;
  }
}

async function start(link: SsoLink, tools: SignInTools) {
  try {
    const registration = await register(link, tools);
    const { clientId, clientSecret } = registration;
    const command = new StartDeviceAuthorizationCommand({ clientId, clientSecret, startUrl: link.startUrl });
    return { registration, device: await tools.client.send(command, { abortSignal: tools.signal }) };
  } catch (error) {
    const isRefusal = error instanceof SSOOIDCServiceException && error.$fault === 'client';
    throw isRefusal && !tools.signal.aborted ? notUnderstood(error.name) : error;
  }
}

async function register(link: SsoLink, { client, signal }: SignInTools): Promise<Registration> {
  const answer = await client.send(
    new RegisterClientCommand({
      clientName: 'Trailbench',
      clientType: 'public',
      // The older form knows neither scopes nor refresh tokens.
      ...(link.session === null ? {} : { scopes: [...link.scopes], grantTypes: [deviceGrant, 'refresh_token'] }),
    }),
    { abortSignal: signal },
  );
  if (!answer.clientId || !answer.clientSecret) throw notUnderstood();
  return {
    clientId: answer.clientId,
    clientSecret: answer.clientSecret,
    registrationExpiresAt: formatInstant((answer.clientSecretExpiresAt ?? 0) * 1000),
  };
}

async function poll(
  client: SSOOIDCClient,
  grant: ConstructorParameters<typeof CreateTokenCommand>[0],
  intervalMs: number,
  expiresAt: number,
  signal: AbortSignal,
): Promise<CreateTokenResponse> {
  for (let waitMs = intervalMs; ;) {
    await sleep(waitMs, undefined, { signal });
    try {
      return await client.send(new CreateTokenCommand(grant), { abortSignal: signal });
    } catch (error) {
      if (isOneOf(error, 'SlowDownException')) waitMs += slowDownMs;
      else if (isOneOf(error, 'ExpiredTokenException') || Date.now() > expiresAt) throw tooLate();
      else if (isOneOf(error, 'AccessDeniedException')) throw declined();
      else if (!isOneOf(error, 'AuthorizationPendingException')) throw error;
    }
    if (Date.now() > expiresAt) throw tooLate();
  }
}

function readAnswer(answer: CreateTokenResponse, formerRefreshToken: string | undefined) {
  if (!answer.accessToken || !answer.expiresIn) throw notUnderstood();
  const refreshToken = answer.refreshToken ?? formerRefreshToken;
  return {
    accessToken: answer.accessToken,
    expiresAt: formatInstant(Date.now() + answer.expiresIn * 1000),
    ...(refreshToken === undefined ? {} : { refreshToken }),
  };
}

function isOneOf(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

function tooLate(): TrailbenchError {
  return new TrailbenchError('AWS_FAILED', 'The sign-in page was not answered in time: start again for a new code.');
}

function declined(): TrailbenchError {
  return new TrailbenchError(
    'AWS_FAILED',
    'The sign-in was declined on the page: start again, and allow Trailbench there.',
  );
}

function notUnderstood(code = 'an incomplete answer'): TrailbenchError {
  return new TrailbenchError(
    'AWS_FAILED',
    `IAM Identity Center began no sign-in (${code}): check sso_start_url and sso_region of the profile.`,
  );
}
