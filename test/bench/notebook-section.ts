import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { progress, type BenchContext } from './bench-context.ts';
import { openBenchPage } from './bench-page.ts';
import { installPaintProbe } from './paint-probe.ts';
import type { ReportTable, Section } from './report.ts';
import { quantile } from './statistics.ts';

const resultRows = 10_000_000;
const rounds = 60;

/** What the notebook is measured on: the case's events beside a large result, and as many cells as a long notebook has. */
const notebook = `---
title: Bench
---

# Bench

\`\`\`sql name=large
SELECT i, 'value ' || i % 1000 AS value, i * 7919 % ${resultRows} AS scattered FROM range(${resultRows}) AS numbers(i)
\`\`\`

${Array.from(
  { length: 29 },
  (_, index) => `Step ${index + 1}.

\`\`\`sql name=step_${index + 1}
SELECT eventName, count(*) AS calls FROM events WHERE service = 's${index}' GROUP BY ALL ORDER BY calls DESC
\`\`\`
`,
).join('\n')}`;

/** Keystrokes and paging in a notebook of thirty cells with a result of ten million rows, in Chromium. */
export async function measureNotebook(bench: BenchContext): Promise<Section> {
  const folder = join(bench.casePath, 'notebooks');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'bench.md'), notebook);
  const { page, browserVersion, close } = await openBenchPage(bench);
  try {
    const driver = new NotebookDriver(page);
    progress('The notebook: running …');
    const ranMs = await driver.open();
    progress('The notebook: keystrokes …');
    const keystrokes = await driver.keystrokes();
    progress('The notebook: paging …');
    const paging = { ...(await driver.paging()), ...(await driver.jumps()) };
    return { name: 'notebook', tables: [paintTable({ ...keystrokes, ...paging }, ranMs, browserVersion)] };
  } finally {
    await close();
  }
}

function paintTable(
  measured: Readonly<Record<string, readonly number[]>>,
  ranMs: number,
  browserVersion: string,
): ReportTable {
  return {
    title: `A notebook of 30 cells with a result of 10,000,000 rows, Chromium ${browserVersion}, 1440 × 900, without a window`,
    columns: ['from input to paint', 'p50, ms', 'p95, ms', 'longest, ms', 'times'],
    rows: Object.entries(measured).map(([name, times]) => [
      name,
      quantile(times, 0.5),
      quantile(times, 0.95),
      Math.max(...times),
      times.length,
    ]),
    notes: [
      `Until the frame that shows the effect was handed on for painting. The ten million rows were made in ${Math.round(ranMs)} ms.`,
    ],
  };
}

/** Uses the notebook page as a person would. */
class NotebookDriver {
  readonly #page: Page;
  readonly #grid: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#grid = page.getByRole('grid', { name: 'Result' }).first();
  }

  /** Opens the notebook and runs its first cell; milliseconds until the rows are there. */
  async open(): Promise<number> {
    await this.#page.evaluate(() => (location.hash = '#/notebook?name=bench.md'));
    const editor = this.#editor(1);
    await editor.click();
    await this.#page.evaluate(installPaintProbe);
    const startedAt = performance.now();
    await this.#page.keyboard.press('Control+Enter');
    await this.#grid.waitFor({ timeout: 120_000 });
    return performance.now() - startedAt;
  }

  async keystrokes(): Promise<Record<string, number[]>> {
    const measured: Record<string, number[]> = {};
    for (const [name, cell] of [
      ['a letter typed in the cell of the large result', 1],
      ['a letter typed in the cell below it', 2],
    ] as const) {
      await this.#editor(cell).click();
      await this.#page.keyboard.press('Control+End');
      await this.#page.keyboard.type(' -- ');
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) {
        await this.#page.evaluate(() => paintProbe.expect('keydown', 'any'));
        await this.#page.keyboard.press(String.fromCharCode(97 + (round % 26)));
        times.push(await this.#page.evaluate(() => paintProbe.painted()));
      }
      measured[name] = times;
    }
    return measured;
  }

  async paging(): Promise<Record<string, number[]>> {
    const times: number[] = [];
    await this.#grid.focus();
    // Past the rows that are kept ready above the first one in sight.
    for (let round = 0; round < 6; round++) await this.#page.keyboard.press('PageDown', { delay: 200 });
    for (let round = 0; round < rounds; round++) {
      await this.#page.evaluate(() => paintProbe.expect('keydown', 'rows'));
      await this.#page.keyboard.press('PageDown');
      times.push(await this.#page.evaluate(() => paintProbe.painted()));
    }
    return { 'PageDown in the ten million rows': times };
  }

  async jumps(): Promise<Record<string, number[]>> {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      // A fetch that is overtaken by the next one waits for the scroll bar to rest.
      await sleep(200);
      await this.#page.evaluate(() => paintProbe.expect('scroll', 'rows'));
      // Spread over the rows without a pattern, the same in every run.
      const share = (round * 0.618 + 0.3) % 1;
      await this.#grid.evaluate((element, wanted) => (element.scrollTop = element.scrollHeight * wanted), share);
      times.push(await this.#page.evaluate(() => paintProbe.painted()));
    }
    return { 'scroll bar somewhere else in them, five times a second at most': times };
  }

  #editor(cell: number): Locator {
    return this.#page
      .getByRole('group', { name: new RegExp(`^Cell ${cell},`) })
      .getByRole('textbox', { name: 'SQL of this cell' });
  }
}
