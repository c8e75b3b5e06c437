import type {
  AwsProfile,
  EvidenceSource,
  FetchRequest,
  FetchState,
  ProofDocument,
  SourceKind,
} from '#shared/api/index.ts';
import { formatCounted, formatDuration } from '../../app/format.ts';
import { rangeWords } from './days.ts';

type Tone = 'neutral' | 'good' | 'warn' | 'bad' | 'info';

export const kindNames: Readonly<Record<SourceKind, string>> = {
  s3: 'S3 bucket',
  'event-history': 'Event history',
};

export const fetchTones: Readonly<Record<FetchState, Tone>> = {
  running: 'info',
  done: 'good',
  cancelled: 'warn',
  interrupted: 'warn',
  failed: 'bad',
};

export const proofTones: Readonly<Record<ProofDocument['state'], Tone>> = {
  saved: 'good',
  none: 'neutral',
  denied: 'warn',
  failed: 'bad',
  skipped: 'neutral',
};

const methodWords: Readonly<Record<AwsProfile['method'], string>> = {
  keys: 'access keys',
  sso: 'SSO',
  'assume-role': 'assumes a role',
  process: 'credential process',
  'web-identity': 'web identity',
  login: 'AWS sign-in',
  none: 'no credentials',
};

/** A profile in a list: `audit (assumes a role, MFA)` */
export function profileLabel({ name, method, mfaSerial }: AwsProfile): string {
  return `${name} (${methodWords[method]}${mfaSerial === null ? '' : ', MFA'})`;
}

/** What choosing a profile means, beyond its name. */
export function profileFacts(profile: AwsProfile): readonly string[] {
  return [
    ...(profile.roleArn === null ? [] : [`Role ${profile.roleArn}`]),
    ...(profile.mfaSerial === null ? [] : [`Asks for a code of ${profile.mfaSerial}`]),
    ...(profile.ssoStartUrl === null ? [] : [`Signs in at ${profile.ssoStartUrl}`]),
    ...(profile.region === null ? [] : [`Region ${profile.region}`]),
    ...(profile.endpointUrl === null ? [] : [`Endpoint ${profile.endpointUrl}`]),
    ...(profile.method === 'none'
      ? ['This profile names no credentials: the call will fail unless the environment has some.']
      : []),
  ];
}

/** A source's name in lists: its URL, or what stands in for one. */
export function sourceName({ kind, url }: Pick<EvidenceSource, 'kind' | 'url'>): string {
  return kind === 's3' ? url : 'Event history';
}

/** What to say of the clock; null: it is right, or was not measured. */
export function clockSkewWords(clockSkewMs: number | null): string | null {
  if (clockSkewMs === null || Math.abs(clockSkewMs) <= 1000) return null;
  return `This machine’s clock was ${formatDuration(Math.abs(clockSkewMs))} ${clockSkewMs > 0 ? 'ahead of' : 'behind'} the server’s.`;
}

/** What a request asked for, in one line. */
export function requestWords(request: FetchRequest): string {
  if (request.kind === 'event-history') {
    const { regions, from, to } = request;
    return `${regions.length <= 3 ? regions.join(', ') : formatCounted(regions.length, 'region')} · ${rangeWords(from, to)}`;
  }
  if (request.selection.everything) return 'every object, whatever its key';
  const { prefixes, organizations, accounts, regions, kinds, from, to, lagDays } = request.selection;
  const lists = [
    prefixes && formatCounted(prefixes.length, 'stream'),
    organizations && listed(organizations, 'organization'),
    accounts && listed(accounts, 'account'),
    regions && listed(regions, 'region'),
    kinds && listed(kinds, 'kind'),
  ].filter((part) => part !== null);
  const late = to !== null && lagDays > 0 ? ` + ${formatCounted(lagDays, 'day')} for late deliveries` : '';
  return `${lists.length === 0 ? 'everything' : lists.join(' · ')} · ${rangeWords(from, to)}${late}`;
}

function listed(values: readonly string[], noun: string): string {
  return values.length <= 2 ? values.join(', ') : formatCounted(values.length, noun);
}

/** A bucket as people write it, as the URL the engine takes: adds `s3://`, understands an ARN. */
export function bucketUrl(typed: string): string {
  const text = typed.trim();
  if (text === '' || /^s3:\/\//i.test(text)) return text;
  const arn = /^arn:[^:]*:s3:::(.+)$/.exec(text);
  return `s3://${arn?.[1] ?? text}`;
}
