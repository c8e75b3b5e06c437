import type {
  Discovery,
  EventHistoryFetchRequest,
  FetchRequest,
  HostsRequest,
  S3Access,
  S3FetchRequest,
  SourceKind,
} from '#shared/api/index.ts';
import type { SourceStart } from '../../app/app-state.svelte.ts';
import { addDays, dayOf, eventHistoryDays, historyRangeProblem, rangeProblem } from './days.ts';
import { bucketUrl } from './source-words.ts';
import { everyStream, selectionOf, ticksOf, type Ticked } from './stream-ticks.ts';
import { sortStreams } from './stream-tree.ts';

/** What has been filled into the source dialog. */
export class SourceDraft {
  kind = $state<SourceKind>('s3');
  url = $state('');
  /** Empty: what the SDK's standard chain finds. */
  profile = $state('');
  region = $state('');
  endpointUrl = $state('');
  forcePathStyle = $state(false);
  requesterPays = $state(false);

  from = $state('');
  to = $state('');
  lagDays = $state(1);
  /** Every object below the prefix, whatever its key: streams and days are left aside. */
  everything = $state(false);
  withProof = $state(true);
  withNoncurrent = $state(true);
  /** Where CloudTrail itself is asked, if not at AWS's own endpoint. */
  historyEndpointUrl = $state('');
  historyRegions = $state.raw<readonly string[]>(['us-east-1']);

  discovery = $state.raw<Discovery | null>(null);
  ticked = $state.raw<Ticked>(new Set());
  readonly streams = $derived(sortStreams(this.discovery?.streams ?? []));
  readonly today = dayOf(new Date());
  readonly #earlier: FetchRequest | null;

  constructor({ kind, request }: SourceStart) {
    this.kind = kind;
    this.#earlier = request;
    if (request?.kind === 's3') this.#fillFromS3(request);
    if (request?.kind === 'event-history') this.#fillFromHistory(request);
  }

  get access(): S3Access {
    return {
      url: bucketUrl(this.url),
      profile: textOrNull(this.profile),
      region: textOrNull(this.region),
      endpointUrl: textOrNull(this.endpointUrl),
      forcePathStyle: this.forcePathStyle,
      requesterPays: this.requesterPays,
    };
  }

  /** What the engine is asked to list the hosts of; null: too little is filled in. */
  get hosts(): HostsRequest | null {
    if (this.kind === 'event-history') {
      return { kind: 'event-history', access: this.#historyAccess, regions: [...this.historyRegions] };
    }
    if (!/^s3:\/\/[^/]/i.test(this.access.url)) return null;
    // Proof is asked for in the bucket's region, too: its trail's home may be there.
    const bucketRegion = this.discovery?.bucketRegion ?? null;
    const regions = new Set([...this.#tickedRegions, ...(bucketRegion === null ? [] : [bucketRegion])]);
    return { kind: 's3', access: this.access, regions: [...regions], withProof: this.withProof };
  }

  get request(): FetchRequest {
    return this.kind === 's3' ? this.s3Request : this.#historyRequest;
  }

  get s3Request(): S3FetchRequest {
    return {
      kind: 's3',
      access: this.access,
      selection: {
        ...(this.everything ? everyStream : selectionOf(this.streams, this.ticked)),
        everything: this.everything,
        from: this.everything ? null : textOrNull(this.from),
        to: this.everything ? null : textOrNull(this.to),
        lagDays: this.lagDays,
      },
      options: { concurrency: null, withProof: this.withProof, withNoncurrent: this.withNoncurrent },
    };
  }

  /** Why no fetch can be started yet, in words; null: one can. */
  get problem(): string | null {
    if (this.kind === 'event-history') {
      if (this.historyRegions.length === 0) return 'Choose at least one region.';
      return historyRangeProblem(this.from, this.to, this.today);
    }
    if (this.everything) return null;
    if (this.ticked.size === 0) return 'Tick at least one stream.';
    if (!Number.isInteger(this.lagDays) || this.lagDays < 0 || this.lagDays > 30) {
      return 'Days for late deliveries: a whole number from 0 to 30.';
    }
    return rangeProblem(this.from, this.to);
  }

  get oldestHistoryDay(): string {
    return addDays(this.today, -eventHistoryDays);
  }

  /** Takes what a bucket holds; ticks what the earlier request had taken, or everything. */
  take(discovery: Discovery): void {
    this.discovery = discovery;
    if (this.#earlier?.kind !== 's3') this.everything = false;
    const earlier = this.#earlier?.kind === 's3' && this.#earlier.access.url === this.access.url ? this.#earlier : null;
    this.ticked = ticksOf(this.streams, earlier?.selection ?? null);
  }

  /** Back to where the source is. */
  forgetDiscovery(): void {
    this.discovery = null;
    this.ticked = new Set();
  }

  get #historyAccess(): EventHistoryFetchRequest['access'] {
    return { profile: textOrNull(this.profile), endpointUrl: textOrNull(this.historyEndpointUrl) };
  }

  get #historyRequest(): EventHistoryFetchRequest {
    return {
      kind: 'event-history',
      access: this.#historyAccess,
      regions: [...this.historyRegions],
      from: textOrNull(this.from),
      to: textOrNull(this.to),
    };
  }

  get #tickedRegions(): ReadonlySet<string> {
    return new Set(this.streams.filter(({ prefix }) => this.ticked.has(prefix)).map(({ region }) => region));
  }

  #fillFromS3({ access, selection, options }: S3FetchRequest): void {
    this.url = access.url;
    this.profile = access.profile ?? '';
    this.region = access.region ?? '';
    this.endpointUrl = access.endpointUrl ?? '';
    this.forcePathStyle = access.forcePathStyle;
    this.requesterPays = access.requesterPays;
    this.from = selection.from ?? '';
    this.to = selection.to ?? '';
    this.lagDays = selection.lagDays;
    this.everything = selection.everything;
    this.withProof = options.withProof;
    this.withNoncurrent = options.withNoncurrent;
  }

  #fillFromHistory({ access, regions, from, to }: EventHistoryFetchRequest): void {
    this.profile = access.profile ?? '';
    this.historyEndpointUrl = access.endpointUrl ?? '';
    this.historyRegions = regions;
    this.from = from ?? '';
    this.to = to ?? '';
  }
}

function textOrNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}
