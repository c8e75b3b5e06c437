/** Runs at most so many pieces of work at once, in the order they were given. */
export class Limiter {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await work();
    } finally {
      // The place goes to the next in line; nobody else can take it in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

/**
 * Runs `work` for every item, at most `most` at once; items are taken in order and only when there is room. What `work`
 * emits is yielded as it comes; while `capacity` emissions wait to be read, emitting waits. The first error ends all of
 * it: `stop` is called, and thrown it is once everything has come to rest. So does leaving early.
 */
export async function* emitInParallel<Item, Emission>(
  items: AsyncIterable<Item>,
  work: (item: Item, emit: (emission: Emission) => Promise<void>) => Promise<void>,
  { most, capacity, stop }: { readonly most: number; readonly capacity: number; readonly stop: () => void },
): AsyncGenerator<Emission> {
  const ready: Emission[] = [];
  const waiting = new Set<() => void>();
  let isLeft = false;
  let failure: { readonly error: unknown } | null = null;
  let wake: () => void = () => undefined;

  const fail = (error: unknown): void => {
    failure ??= { error };
    stop();
    release();
  };
  const release = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
    wake();
  };
  const emit = async (emission: Emission): Promise<void> => {
    while (ready.length >= capacity && !isLeft && !failure) {
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
    if (isLeft || failure) return;
    ready.push(emission);
    wake();
  };
  const running = new Set<Promise<void>>();
  const feed = async (): Promise<void> => {
    for await (const item of items) {
      if (isLeft || failure) return;
      const done: Promise<void> = work(item, emit)
        .catch(fail)
        .finally(() => {
          running.delete(done);
          release();
        });
      running.add(done);
      while (running.size >= most && !isLeft && !failure) await Promise.race(running);
    }
    await Promise.all(running);
  };
  let isDone = false;
  const feeding = feed()
    .catch(fail)
    .finally(() => {
      isDone = true;
      wake();
    });
  try {
    while (true) {
      const emission = ready.shift();
      if (emission !== undefined) {
        for (const resolve of waiting) resolve();
        waiting.clear();
        yield emission;
        continue;
      }
      if (isDone || failure) break;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    isLeft = true;
    if (!isDone) stop();
    release();
    await feeding;
    await Promise.all(running);
  }
  if (failure) throw (failure as { readonly error: unknown }).error;
}
