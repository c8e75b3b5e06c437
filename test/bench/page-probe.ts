/** What a reaction waits for, as seen in the page. */
export type Reaction =
  /** Histogram and table show the same events, and another number of them than now. */
  | { readonly kind: 'view' }
  /** The table is in this order. */
  | { readonly kind: 'sorted'; readonly title: string; readonly direction: 'ascending' | 'descending' }
  /** This row (from 1) is in sight, with its content. */
  | { readonly kind: 'row'; readonly row: number }
  /** Other rows than now are in sight, all with their content. */
  | { readonly kind: 'rows' }
  /** The inspector shows the selected event, another one than now. */
  | { readonly kind: 'inspector' };

export interface PageProbe {
  startFrames(): void;
  /** Milliseconds between the frames since then. */
  stopFrames(): number[];
  /** Resolves with the milliseconds from page load until histogram and table show the whole case. */
  opened(): Promise<number>;
  /** Waits for the next `eventType` and from then on for the reaction. */
  expect(eventType: string, reaction: Reaction): void;
  /** Milliseconds from that event to the frame after the one that showed the reaction. */
  reacted(): Promise<number>;
}

/** Runs in the page before anything else there; must not refer to anything outside of itself. */
export function installProbe(): void {
  const patienceMs = 30_000;
  let frames: number[] = [];
  let recording = 0;
  let reacted: Promise<number> = Promise.resolve(Number.NaN);

  const grid = () => document.querySelector('[role=grid][aria-label=Events]');
  const rows = () => [...(grid()?.querySelectorAll('[role=row]:has([role=gridcell])') ?? [])];
  const textOf = (selector: string) => document.querySelector(selector)?.textContent ?? '';
  const rowCount = () => Number(grid()?.getAttribute('aria-rowcount') ?? 1) - 1;
  const inspector = () => textOf('[aria-label=Inspector]');
  const firstRow = () =>
    rows()
      .map((row) => Number(row.getAttribute('aria-rowindex')))
      .sort((a, b) => a - b)[0];

  /** The table shows what it was last asked for. */
  const isSettled = () =>
    grid()?.closest('[aria-busy]')?.getAttribute('aria-busy') === 'false' &&
    rows().length > 0 &&
    grid()?.querySelector('.missing') === null;

  const inHistogram = () => {
    const counts = [...document.querySelectorAll('[aria-label="Totals in view"] .count')];
    if (counts.length === 0 || counts.some((count) => count.textContent === '')) return Number.NaN;
    return counts.reduce((sum, count) => sum + Number((count.textContent ?? '').replaceAll(/\D/g, '')), 0);
  };
  const isWhole = () => isSettled() && rowCount() === inHistogram();

  function conditionOf(reaction: Reaction): () => boolean {
    if (reaction.kind === 'view') {
      const before = rowCount();
      return () => rowCount() !== before && isWhole();
    }
    if (reaction.kind === 'sorted') {
      const header = () =>
        [...document.querySelectorAll('[role=columnheader]')].find((candidate) =>
          candidate.textContent?.trim().startsWith(reaction.title),
        );
      return () => header()?.getAttribute('aria-sort') === reaction.direction && isSettled();
    }
    if (reaction.kind === 'row') {
      return () => grid()?.querySelector(`[role=row][aria-rowindex="${reaction.row + 1}"]`) != null && isSettled();
    }
    if (reaction.kind === 'rows') {
      const before = firstRow();
      return () => firstRow() !== before && isSettled();
    }
    const before = inspector();
    return () => {
      const time = grid()?.querySelector('[role=row][aria-selected=true] .time')?.textContent;
      const shown = inspector();
      return time != null && shown !== before && shown.includes(time);
    };
  }

  /** Resolves with the time of the frame after the first of two in a row in which the condition holds. */
  function held(condition: () => boolean, wanted: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const endsAt = performance.now() + patienceMs;
      let wasTrue = false;
      const look = () => {
        const isTrue = condition();
        if (isTrue && wasTrue) resolve(performance.now());
        else if (performance.now() > endsAt)
          reject(new Error(`In ${patienceMs} ms the page did not show this: ${wanted}.`));
        else requestAnimationFrame(look);
        wasTrue = isTrue;
      };
      requestAnimationFrame(look);
    });
  }

  const probe: PageProbe = {
    startFrames() {
      frames = [];
      const own = ++recording;
      const next = (at: number) => {
        if (own !== recording) return;
        frames.push(at);
        requestAnimationFrame(next);
      };
      requestAnimationFrame(next);
    },
    stopFrames() {
      recording++;
      return frames.slice(1).map((at, index) => at - (frames[index] ?? at));
    },
    opened: () => held(isWhole, 'the whole case'),
    expect(eventType, reaction) {
      const condition = conditionOf(reaction);
      reacted = new Promise((resolve, reject) => {
        const begin = (event: Event) =>
          held(condition, JSON.stringify(reaction)).then((at) => resolve(at - event.timeStamp), reject);
        addEventListener(eventType, (event) => void begin(event), { capture: true, once: true });
      });
      // Whoever asks gets the error; nobody may ask in time.
      reacted.catch(() => undefined);
    },
    reacted: () => reacted,
  };
  Object.assign(globalThis, { benchProbe: probe });
}

declare global {
  var benchProbe: PageProbe;
}
