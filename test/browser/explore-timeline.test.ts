import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startBrowserApp, type BrowserApp } from './browser-app.ts';
import { gridRows } from './case-pages.ts';
import { grouped, readSampleEvents, type SampleRecord } from './sample-events.ts';

let app: BrowserApp;
let page: Page;
let folder: string;
let events: readonly SampleRecord[];
let hashes: ReadonlyMap<string, string>;
let grid: Locator;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbench-sample-'));
  ({ events, hashes } = await readSampleEvents(folder));
  app = await startBrowserApp();
  page = app.page;
  grid = page.getByRole('grid', { name: 'Events' });
  await page.getByRole('button', { name: /sample/i }).click();
  await grid.waitFor({ timeout: 60_000 });
}, 120_000);

afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  await page.evaluate(() => (location.hash = '#/schema'));
  await page.evaluate(() => (location.hash = '#/timeline'));
  await shows(events.length);
  await page.getByText('No event selected').waitFor();
});

/** Waits until the status bar tells this many events, and the table holds them. */
async function shows(count: number): Promise<void> {
  await expect
    .poll(() => page.locator('footer').innerText())
    .toContain(`${grouped(count)} of ${grouped(events.length)}`);
  await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe(String(count + 1));
}

/** Numbers of the rows that are drawn, from 1. */
async function shownRows(): Promise<number[]> {
  const indexes = await grid
    .locator('[role=row]:has([role=gridcell])')
    .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('aria-rowindex')) - 1));
  return indexes.sort((first, second) => first - second);
}

function timesOf(records: readonly SampleRecord[]): string[] {
  return records.map((record) => record.eventTime).sort();
}

function viewRange(): { from: number; to: number } {
  const parameters = new URLSearchParams(new URL(page.url()).hash.split('?')[1]);
  return { from: Date.parse(parameters.get('from') ?? ''), to: Date.parse(parameters.get('to') ?? '') };
}

function eventsBetween(range: { from: number; to: number }): readonly SampleRecord[] {
  return events.filter(({ eventTime }) => Date.parse(eventTime) >= range.from && Date.parse(eventTime) < range.to);
}

async function drag(from: number, to: number): Promise<void> {
  const plot = await page.locator('figure svg').boundingBox();
  if (plot === null) throw new Error('There is no histogram.');
  const before = page.url();
  const y = plot.y + plot.height / 2;
  await page.mouse.move(plot.x + plot.width * from, y);
  await page.mouse.down();
  await page.mouse.move(plot.x + plot.width * to, y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => page.url() !== before && page.url().includes('from=')).toBe(true);
}

describe('the event table', () => {
  test('End goes to the last event of all, Home back to the first, and the inspector follows', async () => {
    const times = timesOf(events);
    await grid.focus();
    await page.keyboard.press('End');
    const inspector = page.getByRole('region', { name: 'Inspector' });
    await expect
      .poll(() => inspector.innerText())
      .toContain(String(times.at(-1)).replace('T', ' ').replace('Z', ' UTC'));
    expect((await shownRows()).at(-1)).toBe(events.length);
    await page.keyboard.press('Home');
    await expect.poll(() => inspector.innerText()).toContain(String(times[0]).replace('T', ' ').replace('Z', ' UTC'));
    expect((await shownRows())[0]).toBe(1);
  });

  test('scrolled to its end shows the last row, with its content', async () => {
    await grid.evaluate((element) => (element.scrollTop = element.scrollHeight));
    await expect.poll(async () => (await shownRows()).at(-1)).toBe(events.length);
    const last = String(timesOf(events).at(-1)).replace('T', ' ').replace('Z', '');
    await expect
      .poll(async () => (await gridRows(page, 'Events')).flat().join('\n').replaceAll(/\s+/g, ' '))
      .toContain(last);
  });

  test('the arrow and page keys move by one row and one page', async () => {
    await grid.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('PageDown');
    const active = await grid.getAttribute('aria-activedescendant');
    const index = Number(await page.locator(`[id="${active}"]`).getAttribute('aria-rowindex')) - 2;
    const height = await grid.evaluate((element) => element.clientHeight);
    // A page is what fits, less one row that stays in sight; the header takes the height of about one more.
    expect(index).toBeGreaterThan(height / 25 - 5);
    expect(index).toBeLessThan(height / 25 + 1);
  });

  test('sorts by a header on the engine, both ways, and keeps the selected event selected and in sight', async () => {
    await grid.click({ position: { x: 300, y: 200 } });
    const selected = grid.locator('[role=row][aria-selected=true]');
    const before = (await selected.innerText()).replaceAll(/\s+/g, ' ');
    const header = page.getByRole('columnheader', { name: /^Event/ });
    await header.getByRole('button').click();
    await expect.poll(() => header.getAttribute('aria-sort')).toBe('ascending');
    await page.locator('[aria-busy=false] > [role=grid]').waitFor();
    await expect.poll(() => selected.count()).toBe(1);
    await expect.poll(async () => (await selected.innerText()).replaceAll(/\s+/g, ' ')).toBe(before);
    await grid.focus();
    await page.keyboard.press('Home');
    const names = [...new Set(events.map((event) => event.eventName))].sort();
    await expect.poll(async () => (await gridRows(page, 'Events'))[0]?.join(' ')).toContain(String(names[0]));
    await header.getByRole('button').click();
    await expect.poll(() => header.getAttribute('aria-sort')).toBe('descending');
    await page.locator('[aria-busy=false] > [role=grid]').waitFor();
    await grid.focus();
    await page.keyboard.press('Home');
    await expect.poll(async () => (await gridRows(page, 'Events'))[0]?.join(' ')).toContain(String(names.at(-1)));
  });

  test('Enter leads to the inspector, Escape back to the table', async () => {
    await grid.focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Inspector');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Events');
  });
});

describe('the histogram', () => {
  test('zooms to what is dragged over, exactly, and Back and Forward go through the views', async () => {
    await drag(0.25, 0.4);
    const first = viewRange();
    await shows(eventsBetween(first).length);
    await drag(0.3, 0.6);
    const second = viewRange();
    expect(second.from).toBeGreaterThan(first.from);
    expect(second.to).toBeLessThan(first.to);
    await shows(eventsBetween(second).length);
    await page.goBack();
    await shows(eventsBetween(first).length);
    await expect.poll(() => viewRange()).toEqual(first);
    await page.goBack();
    await shows(events.length);
    await page.goForward();
    await shows(eventsBetween(first).length);
  });

  test('totals what is in view, by kind', async () => {
    await drag(0.3, 0.5);
    const records = eventsBetween(viewRange());
    await shows(records.length);
    const isDenied = (record: SampleRecord): boolean =>
      /AccessDenied|Unauthorized|NotAuthorized|Forbidden|AuthorizationError/i.test(record.errorCode ?? '');
    const denied = records.filter(isDenied).length;
    const read = records.filter((record) => !isDenied(record) && record.readOnly === true).length;
    const write = records.filter((record) => !isDenied(record) && record.readOnly === false).length;
    expect(denied * read * write).toBeGreaterThan(0);
    const totals = page.getByRole('list', { name: 'Totals in view' });
    await expect
      .poll(async () => (await totals.innerText()).replaceAll(/\s+/g, ' '))
      .toContain(`write ${grouped(write)} read ${grouped(read)} denied ${grouped(denied)}`);
    await page.getByRole('group', { name: 'Kinds of events' }).getByRole('button', { name: 'read' }).click();
    await shows(records.length - read);
  });

  test('zooms with the keyboard and the wheel, and shows the whole case again', async () => {
    const plot = page.getByRole('application');
    await plot.focus();
    await page.keyboard.press('+');
    await expect.poll(() => page.url()).toContain('from=');
    const half = viewRange();
    await shows(eventsBetween(half).length);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => viewRange().from).toBeGreaterThan(half.from);
    await page.keyboard.press('0');
    await shows(events.length);
    await plot.hover();
    await page.mouse.wheel(0, -400);
    await expect.poll(() => page.url()).toContain('from=');
    await shows(eventsBetween(viewRange()).length);
    await page.getByRole('button', { name: 'Show the whole case' }).click();
    await shows(events.length);
  });
});

describe('the inspector', () => {
  test('shows the record as the source file has it, field for field, and the bytes with their hash', async () => {
    await grid.click({ position: { x: 300, y: 300 } });
    const inspector = page.getByRole('region', { name: 'Inspector' });
    await inspector.getByRole('tab', { name: 'Text' }).click();
    const text = await inspector.locator('[role=tabpanel] pre').innerText();
    const shown = JSON.parse(text) as SampleRecord;
    const source = events.find((event) => event.eventID === shown.eventID);
    expect(source).toBeDefined();
    expect(shown).toEqual(source);

    await inspector.getByRole('tab', { name: 'Raw' }).click();
    const raw = inspector.locator('[role=tabpanel] pre');
    await raw.waitFor();
    expect(JSON.parse(await raw.innerText())).toEqual(source);
    const facts = await inspector.locator('[role=tabpanel]').innerText();
    const file = [...hashes.keys()].find((name) => facts.includes(name));
    expect(facts).toContain(hashes.get(file ?? '') ?? 'the hash of the file');
  });

  test('filters the fields, and zooms around the event', async () => {
    await grid.click({ position: { x: 300, y: 300 } });
    const inspector = page.getByRole('region', { name: 'Inspector' });
    await inspector.getByRole('tab', { name: 'Fields' }).click();
    await inspector.getByRole('searchbox').fill('eventSource');
    await expect.poll(() => inspector.locator('[role=tabpanel] dt').allInnerTexts()).toEqual(['eventSource']);
    const time = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.exec(await inspector.innerText())?.[0] ?? '';
    await inspector.getByRole('button', { name: 'Zoom to ±5 minutes' }).click();
    await expect.poll(() => page.url()).toContain('from=');
    const range = viewRange();
    expect(range.to - range.from).toBe(10 * 60_000);
    const at = Date.parse(`${time.replace(' ', 'T')}Z`);
    expect(at).toBeGreaterThanOrEqual(range.from);
    expect(at).toBeLessThan(range.to);
    await shows(eventsBetween(range).length);
    await expect.poll(() => grid.locator('[role=row][aria-selected=true]').count()).toBe(1);
  });
});

test('the page logged no error and broke no rule of its content security policy', () => {
  expect(app.problems).toEqual([]);
});
