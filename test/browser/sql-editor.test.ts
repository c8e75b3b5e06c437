import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowserApp, type BrowserApp } from './browser-app.ts';
import { gridRows } from './case-pages.ts';
import { readSampleEvents, type SampleRecord } from './sample-events.ts';

let app: BrowserApp;
let page: Page;
let folder: string;
let events: readonly SampleRecord[];
let editor: Locator;
let options: Locator;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbench-sample-'));
  ({ events } = await readSampleEvents(folder));
  app = await startBrowserApp({ permissions: ['clipboard-read', 'clipboard-write'] });
  page = app.page;
  editor = page.getByRole('textbox', { name: 'SQL statement' });
  options = page.locator('.cm-tooltip-autocomplete li');
  await page.getByRole('button', { name: /sample/i }).click();
  await page.getByRole('grid', { name: 'Events' }).waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: /^SQL/ }).click();
}, 120_000);

afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

/** The engine, the page and Chromium share a machine with other tests. */
function eventually<T>(read: () => T | Promise<T>) {
  return expect.poll(read, { timeout: 15_000 });
}

async function write(sql: string): Promise<void> {
  await editor.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(sql);
  await page.keyboard.press('Escape');
}

/** The lines as they are written. */
async function text(): Promise<string> {
  return (await editor.locator('.cm-line').allInnerTexts()).map((line) => line.replace(/\n$/, '')).join('\n');
}

async function run(sql: string): Promise<void> {
  await write(sql);
  await page.keyboard.press('Control+Enter');
  await eventually(() => page.getByRole('button', { name: /^Run/ }).isEnabled()).toBe(true);
  await page.getByRole('grid', { name: 'Result' }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
}

async function chooseDialect(name: 'DuckDB' | 'Athena'): Promise<void> {
  await page.getByRole('button', { name: /^Dialect/ }).click();
  await page.getByRole('menuitemradio', { name }).click();
}

/** How often each value occurs, most frequent first, then by value. */
function counted(value: (event: SampleRecord) => string | undefined): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const event of events) {
    const key = value(event);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].sort(([a, first], [b, second]) => second - first || (a < b ? -1 : 1));
}

describe('inside a string literal', () => {
  test('the case’s own event names are offered with their counts, and taken with the keyboard', async () => {
    await write('');
    await page.keyboard.type(`SELECT count(*) AS calls FROM events WHERE eventName = 'access`);
    const names = counted(({ eventName }) => eventName).filter(([name]) => /access/i.test(name));
    const expected = [
      ...names.filter(([name]) => /^access/i.test(name)),
      ...names.filter(([name]) => !/^access/i.test(name)),
    ];
    expect(expected.length).toBeGreaterThan(2);
    await eventually(async () => (await options.allInnerTexts()).map((option) => option.split('\n'))).toEqual(
      expected.map(([name, count]) => [name, count.toLocaleString('en-US')]),
    );
    // CodeMirror takes no key for a list that has only just appeared.
    await page.waitForTimeout(150);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.type(' AND true');
    const [name, count] = expected[1] ?? ['', 0];
    expect(await text()).toBe(`SELECT count(*) AS calls FROM events WHERE eventName = '${name}' AND true`);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Enter');
    await eventually(() => gridRows(page, 'Result')).toEqual([[String(count)]]);
  });

  test('services are found by a part of their name, within IN and by an alias', async () => {
    await write('');
    await page.keyboard.type(`SELECT 1 FROM events AS e WHERE e.eventSource IN ('s3.amazonaws.com', 'cloudtr`);
    const [source] =
      counted(({ eventSource }) => String(eventSource)).find(([name]) => name.startsWith('cloudtr')) ?? [];
    await eventually(async () => (await options.allInnerTexts())[0]).toContain(source);
    await page.waitForTimeout(150);
    await page.keyboard.press('Tab');
    expect(await text()).toBe(`SELECT 1 FROM events AS e WHERE e.eventSource IN ('s3.amazonaws.com', '${source}')`);
  });

  test('nothing is offered where the literal is no column’s value', async () => {
    await write('');
    await page.keyboard.type(`SELECT 'cre`);
    await page.waitForTimeout(400);
    expect(await options.count()).toBe(0);
  });
});

describe('writing', () => {
  test('several cursors: Ctrl+D, Alt and a click, Shift+Alt and a drag', async () => {
    await write('SELECT actor, actor FROM events');
    await page.keyboard.press('Home');
    await page.keyboard.press('Control+ArrowRight');
    await page.keyboard.press('Control+ArrowRight');
    await page.keyboard.press('Control+d');
    await page.keyboard.press('Control+d');
    await page.keyboard.type('eventName');
    expect(await text()).toBe('SELECT eventName, eventName FROM events');

    await write('one\ntwo\nsix');
    const lines = editor.locator('.cm-line');
    await lines.nth(0).click({ position: { x: 14 + 60, y: 8 } });
    await lines.nth(2).click({ position: { x: 14 + 60, y: 8 }, modifiers: ['Alt'] });
    await page.keyboard.type('!');
    expect(await text()).toBe('one!\ntwo\nsix!');

    await write('abc\ndef\nghi');
    const [first, last] = await Promise.all([lines.nth(0).boundingBox(), lines.nth(2).boundingBox()]);
    await page.keyboard.down('Shift');
    await page.keyboard.down('Alt');
    await page.mouse.move((first?.x ?? 0) + 14 + 1, (first?.y ?? 0) + 10);
    await page.mouse.down();
    await page.mouse.move((last?.x ?? 0) + 14 + 8, (last?.y ?? 0) + 10, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up('Alt');
    await page.keyboard.up('Shift');
    await page.keyboard.type('-');
    expect(await text()).toBe('-bc\n-ef\n-hi');
  });

  test('find and replace', async () => {
    await write('SELECT errorCode, count(*) FROM events WHERE errorCode IS NOT NULL GROUP BY errorCode');
    await page.keyboard.press('Control+f');
    const find = page.getByRole('textbox', { name: 'Find' });
    await page.keyboard.type('errorCode');
    await eventually(() => page.locator('.cm-searchMatch').count()).toBe(3);
    await page.getByRole('textbox', { name: 'Replace' }).pressSequentially('awsRegion');
    await page.getByRole('button', { name: 'replace all' }).press('Enter');
    expect(await text()).toBe('SELECT awsRegion, count(*) FROM events WHERE awsRegion IS NOT NULL GROUP BY awsRegion');
    await find.press('Escape');
    await eventually(() => find.count()).toBe(0);
    expect(await editor.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('a statement is formatted in one step, which can be undone, and stays as it is if that is not safe', async () => {
    const sql = `SELECT eventName, count(*) AS calls -- by name\nFROM events WHERE actor = $actor AND readOnly IS NOT NULL GROUP BY ALL`;
    await write(sql);
    await page.keyboard.press('Shift+Alt+f');
    await eventually(text).toBe(
      [
        ...['SELECT', '  eventName,', '  count(*) AS calls -- by name', 'FROM', '  events', 'WHERE'],
        ...['  actor = $actor', '  AND readOnly IS NOT NULL', 'GROUP BY ALL'],
      ].join('\n'),
    );
    await page.keyboard.press('Control+z');
    expect(await text()).toBe(sql);
    await write(`SELECT (1`);
    await page.keyboard.press('Shift+Alt+f');
    await page.getByText('can’t be formatted').waitFor();
    expect(await text()).toBe('SELECT (1)'.slice(0, -1));
    await page
      .getByRole('button', { name: /dismiss/i })
      .first()
      .click();
  });

  test('needs no mouse, and Tab is no trap', async () => {
    await write('');
    await page.keyboard.type('SELECT evenna');
    await eventually(() => options.first().innerText()).toContain('eventName');
    await page.waitForTimeout(150);
    await page.keyboard.press('Tab');
    await page.keyboard.type(' FROM events LIMIT 1');
    await page.keyboard.press('Escape');
    expect(await text()).toBe('SELECT eventName FROM events LIMIT 1');
    const isInside = (): Promise<boolean> => editor.evaluate((element) => element === document.activeElement);
    expect(await isInside()).toBe(true);
    await page.keyboard.press('Tab');
    expect(await isInside()).toBe(false);
    await page.keyboard.press('Shift+Tab');
    expect(await isInside()).toBe(true);
    await page.keyboard.press('F1');
    const help = page.getByRole('dialog', { name: 'Keys of the SQL editor' });
    await help.getByText('Select the next occurrence too').waitFor();
    await page.keyboard.press('Escape');
    await eventually(() => help.count()).toBe(0);
    expect(await isInside()).toBe(true);
  });
});

describe('Athena’s dialect', () => {
  afterAll(() => chooseDialect('DuckDB'));

  test('a query as AWS publishes it runs, and gives what the logs hold', async () => {
    await chooseDialect('Athena');
    await run(`SELECT eventsource, count(*) AS calls
      FROM cloudtrail_logs
      WHERE from_iso8601_timestamp(eventtime) > date_parse('2000-01-01', '%Y-%m-%d') AND useridentity.type = 'IAMUser'
      GROUP BY eventsource ORDER BY calls DESC, eventsource`);
    const expected = counted(({ eventSource, userIdentity }) =>
      userIdentity.type === 'IAMUser' ? String(eventSource) : undefined,
    );
    expect(expected.length).toBeGreaterThan(15);
    // The grid draws the rows in sight.
    await eventually(async () => (await gridRows(page, 'Result')).slice(0, 15)).toEqual(
      expected.slice(0, 15).map(([source, calls]) => [source, String(calls)]),
    );
    expect(await page.locator('footer').innerText()).toContain(`${expected.length} rows`);
  });

  test('its columns and functions are completed', async () => {
    await write('');
    await page.keyboard.type('SELECT json_extract_sc');
    await eventually(() => options.first().innerText()).toContain('json_extract_scalar');
    await page.keyboard.press('Escape');
    await write('');
    await page.keyboard.type('SELECT useridentity.sessioncontext.sessionissuer.usern');
    await eventually(() => options.first().innerText()).toContain('username');
    await page.keyboard.press('Escape');
  });

  test('the SQL that runs is shown beside, follows what is written, and can be gone on with', async () => {
    await write(`SELECT arbitrary(eventname) AS name FROM cloudtrail_logs`);
    await page.getByRole('button', { name: 'Show translated SQL' }).click();
    const translated = page.getByRole('textbox', { name: 'Translated SQL' });
    await eventually(() => translated.innerText()).toMatch(/any_value/i);
    await write(`SELECT arbitrary(awsregion) AS region FROM cloudtrail_logs`);
    await eventually(() => translated.innerText()).toMatch(/awsregion.*region/is);
    expect(await translated.getAttribute('aria-readonly')).toBe('true');
    await page.getByRole('button', { name: 'Edit as DuckDB' }).click();
    await eventually(text).toMatch(/any_value.*region/is);
    await page.getByRole('button', { name: 'Dialect: DuckDB' }).waitFor();
    await chooseDialect('Athena');
    await page.getByRole('button', { name: 'Hide translated SQL' }).click();
  });

  test('what would mean something else is refused with the reason', async () => {
    await write(`CREATE TABLE copy AS SELECT * FROM cloudtrail_logs`);
    await page.keyboard.press('Control+Enter');
    const alert = page.getByRole('alert').first();
    await alert.waitFor();
    expect((await alert.innerText()).length).toBeGreaterThan(30);
    await run(`SELECT count(*) AS n FROM cloudtrail_logs`);
  });
});

describe('a result', () => {
  test('is exported as it is shown, with its path and hash, formulas disarmed', async () => {
    await run(`SELECT '=1+1' AS formula, range AS n FROM range(3)`);
    await page.getByRole('button', { name: 'Export…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Export result' });
    await dialog.getByLabel('Name').fill('Three rows');
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByRole('button', { name: 'Copy path' }).click();
    const path = await page.evaluate(() => navigator.clipboard.readText());
    const content = await readFile(path);
    expect(parse(content).slice(0, 2)).toEqual([
      ['formula', 'n'],
      [`'=1+1`, '0'],
    ]);
    await dialog.getByText(createHash('sha256').update(content).digest('hex')).waitFor();

    await dialog.getByLabel('Guard against formulas').uncheck();
    await dialog.getByRole('button', { name: 'Export again' }).click();
    await eventually(() => dialog.getByRole('button', { name: 'Copy path' }).count()).toBe(1);
    await dialog.getByRole('button', { name: 'Copy path' }).click();
    const second = await page.evaluate(() => navigator.clipboard.readText());
    expect(second).not.toBe(path);
    expect(parse(await readFile(second))[1]).toEqual(['=1+1', '0']);

    await dialog.getByLabel('Parquet').check();
    await dialog.getByRole('button', { name: 'Export again' }).click();
    await eventually(() => dialog.locator('dd').first().innerText()).toContain('.parquet');
    await dialog.getByRole('button', { name: 'Copy path' }).click();
    const parquet = await page.evaluate(() => navigator.clipboard.readText());
    expect((await stat(parquet)).size).toBeGreaterThan(50);
    expect((await readFile(parquet)).subarray(0, 4).toString('latin1')).toBe('PAR1');
    await page.keyboard.press('Escape');
  });

  test('is pinned with its title', async () => {
    await run('SELECT eventName, count(*) AS calls FROM events GROUP BY ALL');
    await page.getByRole('button', { name: 'Pin…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pin result' });
    await dialog.getByLabel('Title').fill('Calls by name');
    await dialog.getByLabel('Note').fill('Before the second import');
    await dialog.getByRole('button', { name: 'Pin', exact: true }).click();
    await page.getByText(/^Pinned with/).waitFor();
    expect(await dialog.count()).toBe(0);
    await run('SELECT title, note, "rowCount" FROM pinned_results');
    await eventually(() => gridRows(page, 'Result')).toEqual([
      ['Calls by name', 'Before the second import', String(counted(({ eventName }) => eventName).length)],
    ]);
  });
});

test('a statement becomes a notebook of the case', async () => {
  await write('-- Who came first?\nSELECT min(eventTime) FROM events WHERE actor = $actor');
  await page.getByLabel('$actor').fill('root');
  await page.getByRole('button', { name: 'Statement', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Open as notebook' }).click();
  await eventually(() => new URL(page.url()).hash).toMatch(/^#\/notebook\?place=case&name=/);
  await page.getByText('Who came first?').first().waitFor();
  await page.getByRole('link', { name: /^SQL/ }).click();
});

test('the schema page has Athena’s view, its columns searchable, and opens it in SQL', async () => {
  await page.getByRole('link', { name: /^Schema/ }).click();
  await page.getByRole('searchbox').fill('useridentity');
  await page.getByRole('navigation', { name: 'Tables' }).getByText('cloudtrail_logs', { exact: true }).click();
  const view = page.getByRole('region', { name: 'View cloudtrail_logs', exact: true });
  await view.getByRole('rowheader', { name: /useridentity/ }).waitFor();
  await page.getByRole('searchbox').fill('');
  await view.getByRole('link', { name: 'Open in SQL' }).click();
  await eventually(text).toBe('SELECT * FROM cloudtrail_logs LIMIT 100');
});

test('the page logged no error and broke no rule of its content security policy', () => {
  expect(app.problems).toEqual([]);
});
