import type { Traffic } from './s3-session.ts';

/** Counts what goes over the wires, and measures this machine's clock against the servers'. */
export class TrafficRecorder implements Traffic {
  readonly #hosts = new Set<string>();
  readonly #now: () => number;
  #requests = 0;
  #retries = 0;
  #leastSkewMs = -Infinity;
  #mostSkewMs = Infinity;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get requests(): number {
    return this.#requests;
  }

  get retries(): number {
    return this.#retries;
  }

  get hosts(): readonly string[] {
    return [...this.#hosts];
  }

  get clockSkewMs(): number | null {
    if (!Number.isFinite(this.#leastSkewMs)) return null;
    return Math.round((this.#leastSkewMs + this.#mostSkewMs) / 2);
  }

  /** A request goes out. `attempt` is the SDK's own header: `attempt=2; max=8`. */
  begin(host: string, attempt: string | undefined): { answered(date: string | undefined): void } {
    this.#requests += 1;
    if (attempt !== undefined && !/^attempt=1\b/.test(attempt)) this.#retries += 1;
    this.#hosts.add(host);
    const sentAt = this.#now();
    return { answered: (date) => this.#compareClocks(sentAt, this.#now(), date) };
  }

  /** A host was reached by other means than the session's handler. */
  addHost(host: string): void {
    this.#hosts.add(host);
  }

  /**
   * A `Date` header is the server's time cut to seconds, written at some moment between question and answer. Each
   * answer so bounds the skew on both sides; together they pin it down to far less than a second.
   */
  #compareClocks(sentAt: number, answeredAt: number, date: string | undefined): void {
    const serverAt = date === undefined ? NaN : Date.parse(date);
    if (Number.isNaN(serverAt)) return;
    const least = sentAt - (serverAt + 1000);
    const most = answeredAt - serverAt;
    const isClockStepped = least > this.#mostSkewMs || most < this.#leastSkewMs;
    this.#leastSkewMs = isClockStepped ? least : Math.max(least, this.#leastSkewMs);
    this.#mostSkewMs = isClockStepped ? most : Math.min(most, this.#mostSkewMs);
  }
}
