export interface PaintProbe {
  /** Waits for the next `eventType`, then for the frame that shows its effect: any frame, or other rows in the grid. */
  expect(eventType: string, effect: 'any' | 'rows'): void;
  /** Milliseconds from that event until that frame had been handed on for painting. */
  painted(): Promise<number>;
}

/** Runs in the page; must not refer to anything outside of itself. */
export function installPaintProbe(): void {
  const patienceMs = 30_000;
  let painted: Promise<number> = Promise.resolve(Number.NaN);

  const grid = () => document.querySelector('[role=grid][aria-label=Result]');
  const firstRow = () =>
    [...(grid()?.querySelectorAll('[role=row]:has([role=gridcell])') ?? [])]
      .map((row) => Number(row.getAttribute('aria-rowindex')))
      .sort((a, b) => a - b)[0];
  const isFilled = () => firstRow() !== undefined && grid()?.querySelector('.missing') === null;

  /** A message that is posted in a frame's callback arrives once the frame was laid out and painted. */
  function afterPaint(resolve: (at: number) => void): void {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now());
    port2.postMessage(null);
  }

  const probe: PaintProbe = {
    expect(eventType, effect) {
      const before = firstRow();
      const isShown = () => effect === 'any' || (firstRow() !== before && isFilled());
      painted = new Promise((resolve, reject) => {
        const begin = (event: Event): void => {
          const endsAt = performance.now() + patienceMs;
          const look = (): void => {
            if (isShown()) afterPaint((at) => resolve(at - event.timeStamp));
            else if (performance.now() > endsAt)
              reject(new Error(`In ${patienceMs} ms the page showed no other rows.`));
            else requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        };
        addEventListener(eventType, begin, { capture: true, once: true });
      });
      // Whoever asks gets the error; nobody may ask in time.
      painted.catch(() => undefined);
    },
    painted: () => painted,
  };
  Object.assign(globalThis, { paintProbe: probe });
}

declare global {
  var paintProbe: PaintProbe;
}
