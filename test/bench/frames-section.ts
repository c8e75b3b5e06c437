import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { progress, type BenchContext } from './bench-context.ts';
import { framesDuring, openBenchPage, reactionTo } from './bench-page.ts';
import type { ReportTable, Section } from './report.ts';
import { median, quantile } from './statistics.ts';

const rounds = 12;

/** Frame times while the page is scrolled and brushed, and how long it takes to answer. */
export async function measureFrames(bench: BenchContext): Promise<Section> {
  const { page, browserVersion, close } = await openBenchPage(bench);
  try {
    const timeline = new TimelineDriver(page);
    progress('The page: opening …');
    const opened = await timeline.open();
    progress('The page: frames …');
    const frames = await frameTable(timeline, browserVersion);
    progress('The page: reactions …');
    const reactions = await reactionTable(timeline, opened);
    return { name: 'frames', tables: [frames, reactions] };
  } finally {
    await close();
  }
}

async function frameTable(timeline: TimelineDriver, browserVersion: string): Promise<ReportTable> {
  const scenes: Record<string, () => Promise<void>> = {
    'nothing at all (what the machine allows)': () => sleep(2000),
    'scrolling by wheel': () => timeline.turnWheel(150),
    'dragging the scroll bar to random places': () => timeline.dragScrollBar(12),
    'holding PageDown': () => timeline.holdPageDown(100),
    'brushing the histogram': () => timeline.brush(150),
  };
  const rows: (string | number)[][] = [];
  for (const [name, scene] of Object.entries(scenes)) {
    const times = await framesDuring(timeline.page, scene);
    const slow = times.filter((time) => time > 34).length;
    rows.push([name, quantile(times, 0.5), quantile(times, 0.95), Math.max(...times), slow, times.length]);
  }
  return {
    title: `Frame times in Chromium ${browserVersion}, 1440 × 900, without a window`,
    columns: ['while', 'p50, ms', 'p95, ms', 'longest, ms', 'over 34 ms', 'frames'],
    rows,
    notes: [],
  };
}

async function reactionTable(timeline: TimelineDriver, opened: readonly number[]): Promise<ReportTable> {
  const measured = new Map<string, readonly number[]>([['page loaded again → histogram and table shown', opened]]);
  const zoomedIn: number[] = [];
  const zoomedOut: number[] = [];
  for (let round = 0; round < rounds; round++) {
    zoomedIn.push(await timeline.dragZoom(0.05 + 0.06 * round, 0.2 + 0.06 * round));
    zoomedOut.push(await timeline.resetZoom());
  }
  measured.set('drag on the histogram → histogram and table of the new range', zoomedIn);
  measured.set('double click on the histogram → whole case again', zoomedOut);

  const sorted: number[] = [];
  const reversed: number[] = [];
  for (const title of ['Event', 'Identity', 'Service', 'Source', 'Error', 'Region', 'Account']) {
    sorted.push(await timeline.sortBy(title, 'ascending'));
    reversed.push(await timeline.sortBy(title, 'descending'));
  }
  measured.set('click on a header → sorted by that column', sorted);
  measured.set('click on it again → sorted the other way', reversed);
  measured.set('click on the time’s header → back in order of time', [await timeline.sortBy('Time', 'ascending')]);

  const ends: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ends.push(await timeline.press('End', await timeline.rowCount()), await timeline.press('Home', 1));
  }
  measured.set('End, Home → last, first row shown', ends);

  const jumps: number[] = [];
  const inspected: number[] = [];
  for (let round = 0; round < rounds; round++) {
    jumps.push(await timeline.jumpTo(((round * 7 + 3) % rounds) / rounds));
    inspected.push(await timeline.clickRow(2 + (round % 8)));
  }
  measured.set('scroll bar somewhere else → rows shown', jumps);
  measured.set('click on a row → event in the inspector', inspected);
  return {
    title: 'From input to the frame after the one that shows its effect',
    columns: ['', 'p50, ms', 'p95, ms', 'longest, ms', 'times'],
    rows: [...measured].map(([name, times]) => [
      name,
      median(times),
      quantile(times, 0.95),
      Math.max(...times),
      times.length,
    ]),
    notes: ['Each ends one frame (17 ms) after the effect can be seen.'],
  };
}

/** Uses the timeline page as a person would. */
class TimelineDriver {
  readonly page: Page;
  readonly #grid: Locator;
  readonly #plot: Locator;

  constructor(page: Page) {
    this.page = page;
    this.#grid = page.getByRole('grid', { name: 'Events' });
    this.#plot = page.locator('figure svg');
  }

  /** Loads the page a few times; milliseconds until the whole case is shown. */
  async open(): Promise<number[]> {
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      await this.page.reload();
      times.push(await this.page.evaluate(() => benchProbe.opened()));
    }
    return times;
  }

  async rowCount(): Promise<number> {
    return Number(await this.#grid.getAttribute('aria-rowcount')) - 1;
  }

  async turnWheel(times: number): Promise<void> {
    await this.#grid.hover();
    for (let turn = 0; turn < times; turn++) {
      await this.page.mouse.wheel(0, 240);
      await sleep(12);
    }
  }

  async dragScrollBar(places: number): Promise<void> {
    await this.#scrollTo(0);
    const box = await boxOf(this.#grid);
    const barWidth = await this.#grid.evaluate((element: HTMLElement) => element.offsetWidth - element.clientWidth);
    if (barWidth === 0) throw new Error('This Chromium shows no scroll bar to drag.');
    const x = box.x + box.width - barWidth / 2;
    // Within the thumb, below the button at the bar's end.
    const top = box.y + 16;
    await this.page.mouse.move(x, top);
    await this.page.mouse.down();
    for (let place = 0; place < places; place++) {
      // Spread over the bar without a pattern, the same in every run.
      const share = (place * 0.618 + 0.3) % 1;
      await this.page.mouse.move(x, top + (box.height - 32) * share, { steps: 15 });
    }
    const scrollTop = await this.#grid.evaluate((element) => element.scrollTop);
    await this.page.mouse.up();
    if (scrollTop === 0) throw new Error('Dragging the scroll bar did not move the table.');
  }

  async holdPageDown(times: number): Promise<void> {
    await this.#scrollTo(0);
    await this.#grid.focus();
    for (let time = 0; time < times; time++) {
      await this.page.keyboard.down('PageDown');
      await sleep(30);
    }
    await this.page.keyboard.up('PageDown');
  }

  async brush(steps: number): Promise<void> {
    const box = await boxOf(this.#plot);
    const y = box.y + box.height / 2;
    await this.page.mouse.move(box.x + box.width * 0.1, y);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + box.width * 0.9, y, { steps });
    await this.page.keyboard.press('Escape');
    await this.page.mouse.up();
  }

  async dragZoom(from: number, to: number): Promise<number> {
    const box = await boxOf(this.#plot);
    const y = box.y + box.height / 2;
    await this.page.mouse.move(box.x + box.width * from, y);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + box.width * to, y, { steps: 5 });
    return reactionTo(this.page, 'pointerup', { kind: 'view' }, () => this.page.mouse.up());
  }

  async resetZoom(): Promise<number> {
    const box = await boxOf(this.#plot);
    return reactionTo(this.page, 'dblclick', { kind: 'view' }, () =>
      this.page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2),
    );
  }

  async sortBy(title: string, direction: 'ascending' | 'descending'): Promise<number> {
    const button = this.page.getByRole('columnheader', { name: new RegExp(`^${title}`) }).getByRole('button');
    return reactionTo(this.page, 'click', { kind: 'sorted', title, direction }, () => button.click());
  }

  async press(key: 'Home' | 'End', row: number): Promise<number> {
    await this.#grid.focus();
    return reactionTo(this.page, 'keydown', { kind: 'row', row }, () => this.page.keyboard.press(key));
  }

  async jumpTo(share: number): Promise<number> {
    return reactionTo(this.page, 'scroll', { kind: 'rows' }, () => this.#scrollTo(share));
  }

  async clickRow(index: number): Promise<number> {
    return reactionTo(this.page, 'pointerdown', { kind: 'inspector' }, () =>
      this.#grid.click({ position: { x: 300, y: 40 + 25 * index } }),
    );
  }

  async #scrollTo(share: number): Promise<void> {
    await this.#grid.evaluate((element, wanted) => (element.scrollTop = element.scrollHeight * wanted), share);
  }
}

async function boxOf(locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('The page does not show what is to be measured.');
  return box;
}
