import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowserApp, type BrowserApp } from './browser-app.ts';
import { gridRows } from './case-pages.ts';
import { grouped, readSampleEvents, type SampleRecord } from './sample-events.ts';

let app: BrowserApp;
let page: Page;
let folder: string;
let events: readonly SampleRecord[];
let grid: Locator;
let editor: Locator;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbench-sample-'));
  ({ events } = await readSampleEvents(folder));
  app = await startBrowserApp({ permissions: ['clipboard-read', 'clipboard-write'] });
  page = app.page;
  grid = page.getByRole('grid', { name: 'Result' });
  editor = page.getByRole('textbox', { name: 'SQL statement' });
  await page.getByRole('button', { name: /sample/i }).click();
  await page.getByRole('grid', { name: 'Events' }).waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: /^SQL/ }).click();
}, 120_000);

afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

async function write(sql: string): Promise<void> {
  await editor.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(sql);
  await page.keyboard.press('Escape');
}

async function run(sql: string, rowCount: number): Promise<void> {
  await write(sql);
  await page.keyboard.press('Control+Enter');
  await statusShows(`${grouped(rowCount)} row`);
}

async function statusShows(rows: string): Promise<void> {
  await expect.poll(() => page.locator('footer').innerText()).toMatch(new RegExp(`(^|[^\\d,])${rows}s? ·`));
}

/** Counts by name, most first, then by name. */
function countsByName(): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { eventName } of events) counts.set(eventName, (counts.get(eventName) ?? 0) + 1);
  return [...counts].sort(
    ([firstName, first], [secondName, second]) => second - first || (firstName < secondName ? -1 : 1),
  );
}

const byName = 'SELECT eventName, count(*) AS calls FROM events GROUP BY ALL ORDER BY calls DESC, eventName';

describe('a statement', () => {
  test('every example of the empty page runs', async () => {
    const examples = page.locator('.empty, main').getByRole('listitem').getByRole('button');
    const titles = await examples.allInnerTexts();
    expect(titles.length).toBeGreaterThanOrEqual(3);
    for (const title of titles) {
      await page.getByRole('button', { name: 'Examples', exact: true }).click();
      await page.getByRole('menuitem', { name: title }).click();
      await page.keyboard.press('Control+Enter');
      await expect.poll(() => page.locator('footer').innerText()).toMatch(/[\d,]+ rows? ·/);
      expect(await page.getByRole('alert').count()).toBe(0);
    }
  });

  test('runs with Ctrl+Enter and shows rows as the logs have them', async () => {
    const expected = countsByName();
    await run(byName, expected.length);
    await expect
      .poll(async () => (await gridRows(page, 'Result')).slice(0, 10))
      .toEqual(expected.slice(0, 10).map(([name, count]) => [name, String(count)]));
  });

  test('binds its parameters', async () => {
    const name = String(countsByName()[3]?.[0]);
    await write('SELECT count(*) AS calls FROM events WHERE eventName = $event_name');
    await page.getByLabel('$event_name').fill(name);
    await page.getByLabel('$event_name').press('Enter');
    await statusShows('1 row');
    const expected = String(countsByName()[3]?.[1]);
    await expect.poll(() => gridRows(page, 'Result')).toEqual([[expected]]);
  });

  test('that is wrong is marked at its place and explained in a sentence', async () => {
    await write('SELECT eventName,\n  nosuchcolumn FROM events');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('alert').getByText('nosuchcolumn').waitFor();
    await expect.poll(() => page.locator('.cm-lintRange-error').allInnerTexts()).toEqual(['nosuchcolumn']);
    await run(byName, countsByName().length);
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await page.locator('.cm-lintRange-error').count()).toBe(0);
  });

  test('that would leave the case is refused', async () => {
    await write(`SELECT * FROM read_text('/etc/passwd')`);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('alert').getByText('refused').waitFor();
    await run('SELECT 1 AS one', 1);
  });

  test('that takes long can be cancelled, and the next one runs', async () => {
    await write('SELECT count(*) FROM events AS a, events AS b, events AS c WHERE a.eventName < b.userAgent');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Cancel' }).count()).toBe(0);
    await run('SELECT 42 AS answer', 1);
    await expect.poll(() => gridRows(page, 'Result')).toEqual([['42']]);
  });

  test('survives a visit to another page', async () => {
    await write('SELECT 7 AS kept');
    await page.getByRole('link', { name: /^Timeline/ }).click();
    await page.getByRole('grid', { name: 'Events' }).waitFor();
    await page.getByRole('link', { name: /^SQL/ }).click();
    expect(await editor.innerText()).toBe('SELECT 7 AS kept');
  });

  test('is completed with columns, struct fields and functions', async () => {
    await write('');
    await page.keyboard.type('SELECT userIdentity.sess');
    const options = page.locator('.cm-tooltip-autocomplete li');
    await expect.poll(() => options.allInnerTexts()).toEqual([expect.stringContaining('sessionContext')]);
    // CodeMirror takes no key for a list that has only just appeared.
    await page.waitForTimeout(150);
    await page.keyboard.press('Enter');
    await page.keyboard.type('.sessionIssuer.userN');
    await expect.poll(() => options.allInnerTexts()).toEqual([expect.stringContaining('userName')]);
    await page.waitForTimeout(150);
    await page.keyboard.press('Tab');
    expect(await editor.innerText()).toBe('SELECT userIdentity.sessionContext.sessionIssuer.userName');
    await page.keyboard.type(', regexp_matches');
    await expect.poll(() => options.allInnerTexts()).toEqual([expect.stringContaining('regexp_matches')]);
    await page.keyboard.press('Escape');
  });
});

describe('the result', () => {
  test('of a million rows scrolls to its last row, by keyboard and by its bar', async () => {
    await run('SELECT range AS n FROM range(1000000)', 1_000_000);
    await grid.click({ position: { x: 30, y: 60 } });
    await page.keyboard.press('Control+End');
    await expect.poll(async () => (await gridRows(page, 'Result')).flat()).toContain('999999');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('PageUp');
    await page.keyboard.press('Control+Home');
    await expect.poll(async () => (await gridRows(page, 'Result')).flat()).toContain('0');
    await grid.evaluate((element) => (element.scrollTop = element.scrollHeight / 2));
    await expect.poll(async () => (await gridRows(page, 'Result')).flat().join(' ')).toMatch(/\b(49|50)\d{4}\b/);
    const numbers = async (): Promise<number[]> => (await gridRows(page, 'Result')).flat().map(Number);
    const middle = Math.min(...(await numbers()));
    // One turn of the wheel is some rows, not thousands, though the bar stands for millions of px.
    await grid.hover();
    await page.mouse.wheel(0, 100);
    await expect.poll(async () => Math.min(...(await numbers()))).toBe(middle + 4);
  });

  test('is sorted by its headers: ascending, descending, as it came', async () => {
    const expected = countsByName();
    await run(byName, expected.length);
    const header = page.getByRole('columnheader', { name: /^eventName/ });
    const names = expected.map(([name]) => name).sort();
    const first = async (): Promise<string | undefined> => (await gridRows(page, 'Result'))[0]?.[0];
    await header.getByRole('button').click();
    await expect.poll(first).toBe(names[0]);
    expect(await header.getAttribute('aria-sort')).toBe('ascending');
    await header.getByRole('button').click();
    await expect.poll(first).toBe(names.at(-1));
    await header.getByRole('button').click();
    await expect.poll(first).toBe(expected[0]?.[0]);
    expect(await header.getAttribute('aria-sort')).toBe('none');
  });

  test('is filtered by column', async () => {
    const expected = countsByName();
    await run(byName, expected.length);
    await page.getByRole('button', { name: 'Filter columns' }).click();
    await page.getByLabel('Filter eventName').fill('delete');
    const matching = expected.filter(([name]) => name.toLowerCase().includes('delete'));
    expect(matching.length).toBeGreaterThan(1);
    await expect
      .poll(async () => (await gridRows(page, 'Result')).map(([name]) => name))
      .toEqual(matching.map(([name]) => name));
    await page.getByLabel('Filter eventName').fill(`=${expected[0]?.[0]}`);
    await expect.poll(async () => (await gridRows(page, 'Result')).length).toBe(1);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await statusShows(`${grouped(expected.length)} row`);
    await page.getByRole('button', { name: 'Filter columns' }).click();
  });

  test('is copied as tab-separated text, the range that is selected', async () => {
    const expected = countsByName();
    await run(byName, expected.length);
    await grid.click({ position: { x: 30, y: 40 } });
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Control+c');
    const lines = expected.slice(0, 3).map(([name, count]) => `${name}\t${count}`);
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()))
      .toBe(['eventName\tcalls', ...lines].join('\n'));
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+c');
    await expect
      .poll(async () => (await page.evaluate(() => navigator.clipboard.readText())).split('\n').length)
      .toBe(expected.length + 1);
  });

  test('tells NULL from text, opens a long cell whole, and leads to the event in the timeline', async () => {
    const sample = events[100];
    await run(
      `SELECT NULL AS nothing, 'NULL' AS word, userIdentity, eventName, fileId, recordIndex FROM events WHERE eventID = '${sample?.eventID}'`,
      1,
    );
    const spans = grid.getByRole('gridcell').locator('span');
    await expect.poll(() => spans.nth(0).getAttribute('class')).toContain('null');
    expect(await spans.nth(1).getAttribute('class')).not.toContain('null');
    expect((await spans.allInnerTexts()).slice(0, 2)).toEqual(['NULL', 'NULL']);
    await grid.getByRole('gridcell').nth(2).click();
    await page.keyboard.press('Enter');
    const cell = page.getByRole('region', { name: 'Cell' });
    await cell.getByText('principalId').first().waitFor();
    await cell.getByRole('link', { name: 'Show event in timeline' }).click();
    const inspector = page.getByRole('region', { name: 'Inspector' });
    await inspector.getByRole('heading', { name: String(sample?.eventName) }).waitFor();
    await inspector.getByRole('tab', { name: 'Text' }).click();
    expect(JSON.parse(await inspector.locator('[role=tabpanel] pre').innerText())).toEqual(sample);
  });
});

test('the page logged no error and broke no rule of its content security policy', () => {
  expect(app.problems).toEqual([]);
});
