import { setMaxListeners } from 'node:events';
import { GetBucketVersioningCommand, ListObjectsV2Command, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { NotS3Error } from '../access/explain-aws.ts';
import type { S3Session } from '../access/s3-session.ts';
import {
  currentPage,
  nextVersion,
  noObjects,
  versionsPage,
  type ListingPage,
  type VersionMarker,
} from './listing-page.ts';
import { FailedCall, persist, type Pace, type Reachability } from './persistence.ts';

export interface ListingOptions {
  readonly signal: AbortSignal;
  readonly reachability: Reachability;
  readonly pace: Pace;
  /** Versions were wished for and can't be had: why, in a sentence. Called once. */
  readonly onWithoutVersions?: (reason: string, isDenied: boolean) => void;
}

interface PageRequest {
  readonly prefix: string;
  readonly delimiter: '/' | undefined;
}

/** Where the next page begins. */
type Marker = { readonly token: string } | VersionMarker;

/**
 * Lists a bucket by current objects or, where it is versioned and that is allowed, by all versions: a folder in which
 * everything was deleted shows in the second way only.
 */
export class BucketListing {
  readonly #session: S3Session;
  readonly #options: ListingOptions;
  #withVersions: boolean;

  private constructor(session: S3Session, options: ListingOptions, withVersions: boolean) {
    this.#session = session;
    this.#options = options;
    this.#withVersions = withVersions;
  }

  /** `withVersions` is a wish; what stands against it is noted. Errors: those of `persist`. */
  static async open(session: S3Session, withVersions: boolean, options: ListingOptions): Promise<BucketListing> {
    // Every request listens.
    setMaxListeners(0, options.signal);
    const listing = new BucketListing(session, options, withVersions);
    if (!withVersions) return listing;
    try {
      const { Status } = await listing.#call('s3:GetBucketVersioning', `s3://${session.bucket}`, () =>
        session.client.send(new GetBucketVersioningCommand({ Bucket: session.bucket }), {
          abortSignal: options.signal,
        }),
      );
      if (Status !== undefined) return listing;
      listing.#withVersions = false;
      options.onWithoutVersions?.('The bucket never had versioning.', false);
    } catch (error) {
      // Only a hint: listing the versions shows whether it can be done.
      if (!(error instanceof FailedCall) || error.concernsAll) throw error;
    }
    return listing;
  }

  get listsVersions(): boolean {
    return this.#withVersions;
  }

  /** Every page below a prefix, or of one level of it. Errors: FailedCall, CANCELLED. */
  async *pages(prefix: string, delimiter?: '/'): AsyncGenerator<ListingPage> {
    const request: PageRequest = { prefix, delimiter };
    if (this.#withVersions) {
      let first;
      try {
        first = await this.#versionsPage(request, undefined);
      } catch (error) {
        await this.#doWithoutVersions(error, request);
      }
      if (first) {
        yield first.page;
        yield* this.#rest(first.next, (marker) => this.#versionsPage(request, marker), prefix);
        return;
      }
    }
    const first = await this.#currentPage(request, undefined);
    yield first.page;
    yield* this.#rest(first.next, (marker) => this.#currentPage(request, marker), prefix);
  }

  async firstPage(prefix: string): Promise<ListingPage> {
    const pages = this.pages(prefix);
    const first = await pages.next();
    await pages.return(undefined);
    return first.done ? noObjects : first.value;
  }

  /** The folders right below a prefix, up to `limit`, and whether objects lie beside them. */
  async folders(prefix: string, limit = Infinity): Promise<{ folders: string[]; hasObjects: boolean }> {
    const folders: string[] = [];
    let hasObjects = false;
    for await (const page of this.pages(prefix, '/')) {
      folders.push(...page.folders);
      hasObjects ||= page.objects.length > 0 || page.deleteMarkers.length > 0;
      if (folders.length >= limit) break;
    }
    return { folders: folders.slice(0, limit), hasObjects };
  }

  async *#rest(
    next: Marker | null,
    read: (marker: Marker) => Promise<{ page: ListingPage; next: Marker | null }>,
    prefix: string,
  ): AsyncGenerator<ListingPage> {
    let marker = next;
    while (marker) {
      const { page, next: following } = await read(marker);
      yield page;
      if (following && JSON.stringify(following) === JSON.stringify(marker)) throw this.#stuck(prefix);
      marker = following;
    }
  }

  /** Versions may not be listed, or the store can't: goes on with current objects if those can be listed. */
  async #doWithoutVersions(error: unknown, request: PageRequest): Promise<void> {
    if (!(error instanceof FailedCall) || error.concernsAll) throw error;
    const { kind, sentence } = error.failure;
    if (kind !== 'denied' && kind !== 'other') throw error;
    await this.#currentPage(request, undefined);
    if (!this.#withVersions) return;
    this.#withVersions = false;
    this.#options.onWithoutVersions?.(`Older versions and deleted objects are not listed: ${sentence}`, true);
  }

  async #currentPage({ prefix, delimiter }: PageRequest, marker: Marker | undefined) {
    const { client, bucket, requestPayer } = this.#session;
    const output = await this.#call('s3:ListBucket', this.#resource(prefix), () =>
      client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          Delimiter: delimiter,
          EncodingType: 'url',
          RequestPayer: requestPayer,
          ContinuationToken: marker && 'token' in marker ? marker.token : undefined,
        }),
        { abortSignal: this.#options.signal },
      ),
    );
    if (output.Name === undefined) throw this.#foreign(prefix);
    const page = currentPage(output);
    if (page.isLast) return { page, next: null };
    const token = output.NextContinuationToken;
    if (token === undefined) throw this.#stuck(prefix);
    return { page, next: { token } };
  }

  async #versionsPage({ prefix, delimiter }: PageRequest, marker: Marker | undefined) {
    const { client, bucket, requestPayer } = this.#session;
    const output = await this.#call('s3:ListBucketVersions', this.#resource(prefix), () =>
      client.send(
        new ListObjectVersionsCommand({
          Bucket: bucket,
          Prefix: prefix,
          Delimiter: delimiter,
          EncodingType: 'url',
          RequestPayer: requestPayer,
          KeyMarker: marker && 'key' in marker ? marker.key : undefined,
          VersionIdMarker: marker && 'key' in marker ? marker.versionId : undefined,
        }),
        { abortSignal: this.#options.signal },
      ),
    );
    if (output.Name === undefined) throw this.#foreign(prefix);
    const page = versionsPage(output);
    if (page.isLast) return { page, next: null };
    const next = nextVersion(output, page);
    if (next === null) throw this.#stuck(prefix);
    return { page, next };
  }

  async #call<Output>(action: string, resource: string, work: () => Promise<Output>): Promise<Output> {
    const { signal, reachability, pace } = this.#options;
    const explain = (error: unknown) => this.#session.explain(error, { action, resource });
    return persist(work, { signal, reachability, pace, explain });
  }

  #resource(prefix: string): string {
    return `s3://${this.#session.bucket}/${prefix}`;
  }

  /** Every listing repeats the bucket's name; to the SDK a web page (of a network's sign-in, say) is one of nothing. */
  #foreign(prefix: string): FailedCall {
    const call = { action: 's3:ListBucket', resource: this.#resource(prefix) };
    return new FailedCall(this.#session.explain(new NotS3Error(), call), true);
  }

  #stuck(prefix: string): FailedCall {
    const sentence = `The list of ${this.#resource(prefix)} does not get on: the server says that there is more, and not where. Check the endpoint.`;
    return new FailedCall({ kind: 'other', code: 'ListingStuck', httpStatus: 200, sentence }, false);
  }
}
