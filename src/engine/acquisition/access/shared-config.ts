import { homedir } from 'node:os';
import { join } from 'node:path';
import { loadSharedConfigFiles } from '@smithy/core/config';

export type ConfigSection = Readonly<Partial<Record<string, string>>>;

/** The shared AWS config files, read anew each time: people edit them while the app runs. */
export interface SharedConfig {
  readonly profiles: ReadonlyMap<string, ConfigSection>;
  readonly ssoSessions: ReadonlyMap<string, ConfigSection>;
  readonly services: ReadonlyMap<string, ConfigSection>;
  readonly configPath: string;
  readonly credentialsPath: string;
}

/** Reads both files as the SDK does; a file that is not there counts as empty. */
export async function readSharedConfig(): Promise<SharedConfig> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  const profiles = new Map<string, ConfigSection>();
  const ssoSessions = new Map<string, ConfigSection>();
  const services = new Map<string, ConfigSection>();
  for (const [section, values] of Object.entries(configFile)) {
    if (section.startsWith('sso-session.')) ssoSessions.set(section.slice('sso-session.'.length), values);
    else if (section.startsWith('services.')) services.set(section.slice('services.'.length), values);
    else profiles.set(section, values);
  }
  for (const [name, values] of Object.entries(credentialsFile)) {
    profiles.set(name, { ...profiles.get(name), ...values });
  }
  return {
    profiles,
    ssoSessions,
    services,
    configPath: process.env['AWS_CONFIG_FILE'] || join(awsFolder(), 'config'),
    credentialsPath: process.env['AWS_SHARED_CREDENTIALS_FILE'] || join(awsFolder(), 'credentials'),
  };
}

/** The profile that counts if none is chosen. */
export function defaultProfileName(): string {
  return process.env['AWS_PROFILE'] || 'default';
}

/** `eu-central-1` of the first that names one: the source, the environment, the profile; else us-east-1. */
export function homeRegion(config: SharedConfig, profile: string | null, chosenRegion: string | null): string {
  const section = config.profiles.get(profile ?? defaultProfileName());
  return chosenRegion || process.env['AWS_REGION'] || section?.['region'] || 'us-east-1';
}

function awsFolder(): string {
  return join(process.env['HOME'] || process.env['USERPROFILE'] || homedir(), '.aws');
}
