import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
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
let notebooks: string;
let events: readonly SampleRecord[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbench-sample-'));
  ({ events } = await readSampleEvents(folder));
  app = await startBrowserApp();
  page = app.page;
  await page.getByRole('button', { name: /sample/i }).click();
  await page.getByRole('grid', { name: 'Events' }).waitFor({ timeout: 60_000 });
  const data = await readdir(join(app.folder, 'data'), { recursive: true });
  const casePath = data.find((path) => path.endsWith('.trailbench'));
  notebooks = join(app.folder, 'data', casePath ?? '', 'notebooks');
}, 120_000);

afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

/** Waits as long as a machine that is busy with other tests may need. */
const soon = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 10_000 });

/** Puts a notebook of one cell into the case, opens it, runs it and gives its result. */
async function show(name: string, fence: string, sql: string): Promise<Locator> {
  await writeFile(join(notebooks, `${name}.md`), `# ${name}\n\n\`\`\`sql ${fence}\n${sql}\n\`\`\`\n`);
  await page.goto(page.url().replace(/#.*/, `#/notebook?name=${encodeURIComponent(`${name}.md`)}`));
  await page.getByRole('button', { name: /^Run all/ }).click();
  const cell = page.getByRole('group', { name: /^Cell 1/ });
  await cell.locator('.foot').first().waitFor();
  return cell;
}

const serviceOf = (event: SampleRecord): string => String(event['eventSource']).replace('.amazonaws.com', '');

describe('a table', () => {
  test('is filtered by a cell’s value and leads to the events around its time', async () => {
    const cell = await show(
      'table',
      '',
      'SELECT eventName, eventTime, eventID FROM events ORDER BY eventTime, eventID',
    );
    const grid = cell.getByRole('grid');
    await soon(() => cell.locator('.foot').innerText()).toContain(`${grouped(events.length)} rows`);
    const [first] = [...events].sort((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
    await grid.getByRole('gridcell').first().click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Keep only rows with this value' }).click();
    const named = events.filter(({ eventName }) => eventName === first?.eventName);
    await soon(() => cell.locator('.foot').innerText()).toContain(
      `${grouped(named.length)} of ${grouped(events.length)} rows`,
    );
    await grid.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: /^Show 5 minutes around/ }).click();
    const at = Date.parse(first?.eventTime ?? '');
    const around = events.filter(({ eventTime }) => Math.abs(Date.parse(eventTime) - at) < 300_000);
    await soon(() => page.locator('footer').innerText()).toContain(`${grouped(around.length)} of `);
    // The result has no fileId: the event was found by its eventID.
    await page
      .getByRole('region', { name: 'Inspector' })
      .getByText(first?.eventID ?? '')
      .first()
      .waitFor();
    await expect.poll(() => page.url()).toMatch(/event=\d+(%3A|:)\d+/);
  });
});

const sortKey = ({ eventTime, eventID }: SampleRecord): string => `${eventTime} ${eventID}`;

describe('a timeline', () => {
  test('has a lane for each service, and shows the rows of a mark', async () => {
    const cell = await show('timeline', 'view=timeline', 'SELECT eventTime, service, outcome FROM events');
    const plot = cell.getByRole('application');
    await plot.waitFor();
    const services = [...new Set(events.map(serviceOf))].sort();
    expect(
      (await plot.locator('text').evaluateAll((all) => all.map((each) => each.firstChild?.textContent))).sort(),
    ).toEqual(services.slice(0, 50));
    await plot.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    const reading = await cell.locator('.reading').innerText();
    const [, service, day, from, to, count] = /^(\S+) · (\S+) (\S+) to (\S+) · ([\d,]+) rows?/.exec(reading) ?? [];
    await page.keyboard.press('Enter');
    const rows = cell.getByRole('region', { name: 'Rows of the mark' });
    await soon(() => rows.locator('.foot').innerText()).toBe(`${count} row${count === '1' ? '' : 's'}`);
    // The reading's seconds hold the mark's bucket, whose edges may be within a second.
    const inSeconds = events.filter(
      (event) =>
        serviceOf(event) === service &&
        Date.parse(event.eventTime) >= Date.parse(`${day}T${from}Z`) &&
        Date.parse(event.eventTime) <= Date.parse(`${day}T${to}Z`),
    );
    expect(inSeconds.length).toBeGreaterThanOrEqual(Number(count?.replaceAll(',', '')));
    for (const [time, lane] of await gridRowsOf(rows)) {
      expect(lane).toBe(service);
      expect(inSeconds.map(({ eventTime }) => eventTime.replace('T', ' ').replace('Z', ''))).toContain(time);
    }
    await page.keyboard.press('Escape');
    await soon(() => rows.count()).toBe(0);
  });

  test('is zoomed by dragging, and shows all again', async () => {
    const cell = page.getByRole('group', { name: /^Cell 1/ });
    const plot = cell.getByRole('application');
    const box = await plot.boundingBox();
    if (box === null) throw new Error('There are no lanes.');
    const marksBefore = await plot.locator('path').evaluateAll((paths) => paths.map((path) => path.getAttribute('d')));
    await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await cell.getByRole('button', { name: 'Show all' }).waitFor();
    const marks = () => plot.locator('path').evaluateAll((paths) => paths.map((path) => path.getAttribute('d')));
    await soon(marks).not.toEqual(marksBefore);
    await plot.focus();
    await page.keyboard.press('0');
    await soon(marks).toEqual(marksBefore);
    expect(await cell.getByRole('button', { name: 'Show all' }).count()).toBe(0);
  });
});

describe('charts', () => {
  test('bars tell each row; the choice of a column is written into the notebook', async () => {
    const cell = await show(
      'bars',
      'view=bar',
      'SELECT awsRegion, count(*) AS calls, count(errorCode) AS failed FROM events GROUP BY ALL ORDER BY calls DESC, awsRegion',
    );
    const plot = cell.getByRole('application');
    await plot.focus();
    await page.keyboard.press('ArrowDown');
    const calls = new Map<string, number>();
    for (const event of events) calls.set(String(event['awsRegion']), (calls.get(String(event['awsRegion'])) ?? 0) + 1);
    const [region, most] = [...calls].sort((one, other) => other[1] - one[1])[0] ?? ['', 0];
    await soon(() => plot.locator('.tip').innerText()).toBe(`${region} · calls ${grouped(most)}`);
    await cell.getByLabel('Column for y').selectOption('failed');
    await soon(() => cell.getByLabel('Column for y').inputValue()).toBe('failed');
    const failed = events.filter((event) => event['awsRegion'] === region && event.errorCode !== undefined).length;
    await plot.focus();
    await page.keyboard.press('Home');
    await soon(() => plot.locator('.tip').innerText()).toBe(`${region} · failed ${grouped(failed)}`);
  });

  test('lines run along time, with their data as a table', async () => {
    const cell = await show(
      'lines',
      'view=line',
      `SELECT date_trunc('day', eventTime) AS day, count(*) AS calls FROM events GROUP BY ALL ORDER BY day`,
    );
    const days = new Map<string, number>();
    for (const { eventTime } of events) days.set(eventTime.slice(0, 10), (days.get(eventTime.slice(0, 10)) ?? 0) + 1);
    await soon(() => cell.getByRole('application').locator('circle').count()).toBe(days.size);
    await cell.getByRole('button', { name: 'Show the data' }).click();
    const expected = [...days].sort().map(([day, calls]) => [`${day} 00:00:00`, String(calls)]);
    await soon(async () => (await gridRows(page, 'Result')).slice(0, 5)).toEqual(expected.slice(0, 5));
  });

  test('what can’t be drawn says why, and the table is there', async () => {
    const cell = await show('none', 'view=line', 'SELECT DISTINCT eventName FROM events ORDER BY 1 LIMIT 3');
    await cell.getByRole('note').getByText('Lines need a column of times or numbers').waitFor();
    await soon(async () => (await gridRows(page, 'Result')).length).toBe(3);
  });

  test('a value is large, and a hostile one is text', async () => {
    const cell = await show(
      'value',
      'view=value',
      `SELECT '<img src=x onerror="document.title=1">' AS "<b>name", count(*) AS n FROM events`,
    );
    await cell.getByText('<img src=x onerror="document.title=1">', { exact: true }).waitFor();
    expect(await cell.locator('img, b').count()).toBe(0);
    await cell.getByText(grouped(events.length)).waitFor();
    expect(app.problems).toEqual([]);
  });

  test('lanes with hostile names are text', async () => {
    const cell = await show(
      'hostile',
      'view=timeline',
      `SELECT TIMESTAMP '2024-01-01' AS eventTime, '</text><script>document.title=1</script>' || chr(8238) AS who`,
    );
    await cell.getByRole('application').locator('text').filter({ hasText: '</text><script>' }).waitFor();
    expect(await page.locator('main script').count()).toBe(0);
    expect(await page.title()).not.toBe('1');
    expect(app.problems).toEqual([]);
  });
});

async function gridRowsOf(within: Locator): Promise<string[][]> {
  const rows = within.getByRole('grid').locator('[role=row]:has([role=gridcell])');
  return Promise.all((await rows.all()).map((row) => row.getByRole('gridcell').allInnerTexts()));
}
