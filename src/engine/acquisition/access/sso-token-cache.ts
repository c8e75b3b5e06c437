import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { getSSOTokenFilepath } from '@smithy/core/config';
import type { SsoLink } from './credential-plan.ts';

/** A signed-in session as the AWS CLI and the SDKs keep it: `~/.aws/sso/cache/<sha1 of the key>.json`. */
export interface SsoToken {
  readonly startUrl: string;
  readonly region: string;
  readonly accessToken: string;
  /** ISO 8601, UTC, whole seconds; the same for the registration. */
  readonly expiresAt: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly registrationExpiresAt?: string;
  readonly refreshToken?: string;
}

/** Null: none, or none that can be read. */
export async function readSsoToken(link: SsoLink): Promise<SsoToken | null> {
  try {
    const token = JSON.parse(await readFile(pathOf(link), 'utf8')) as Partial<SsoToken> | null;
    const isWhole = typeof token?.accessToken === 'string' && !Number.isNaN(Date.parse(token.expiresAt ?? ''));
    return isWhole ? (token as SsoToken) : null;
  } catch {
    return null;
  }
}

/** Written as the AWS CLI does, so that a sign-in here is one there, and readable by nobody else. */
export async function writeSsoToken(link: SsoLink, token: SsoToken): Promise<void> {
  const path = pathOf(link);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporaryPath = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporaryPath, JSON.stringify(token, null, 2), { mode: 0o600 });
    await rename(temporaryPath, path);
  } catch (error) {
    await rm(temporaryPath, { force: true });
    throw error;
  }
}

/** `2026-01-31T12:00:00Z`: the CLI does not read fractions of a second. */
export function formatInstant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function pathOf({ session, startUrl }: SsoLink): string {
  return getSSOTokenFilepath(session ?? startUrl);
}
