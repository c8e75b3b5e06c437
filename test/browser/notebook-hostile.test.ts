import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  hostileAgents,
  mainNotebook,
  makeHostileCase,
  secret,
  startOutside,
  statementsNotebook,
  type HostileCase,
  type Outside,
} from '../support/hostile-case.ts';
import { hostileHtml } from '../support/hostile-notebook.ts';
import { dismissNotices, findTraces, setCanary, watchPage, type Watch } from '../support/watched-page.ts';
import { launchChromium, startBrowserApp, type BrowserApp } from './browser-app.ts';

const soon = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 30_000 });

/** Without the page's policy, only what makes text of hostile text stands between it and the page. */
describe.each([
  { name: 'a stranger’s case', bypassCSP: false },
  { name: 'a stranger’s case in a browser that heeds no content security policy', bypassCSP: true },
])('$name', ({ bypassCSP }) => {
  let folder: string;
  let outside: Outside;
  let hostile: HostileCase;
  let before: { files: unknown; evidence: unknown };
  let app: BrowserApp;
  let page: Page;
  let watch: Watch;
  let reportPath: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trailbench-stranger-'));
    outside = await startOutside();
    hostile = await makeHostileCase(folder, outside.url);
    before = { files: await hostile.filesNow(), evidence: await hostile.evidenceNow() };
    app = await startBrowserApp({ casePath: hostile.path, bypassCSP });
    page = app.page;
    const { origin } = new URL(page.url());
    watch = await watchPage(page, (url) => url.startsWith(`${origin}/`));
  }, 120_000);
  afterAll(async () => {
    await app.close();
    await outside.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function expectHarmless(): Promise<void> {
    expect(await watch.traces()).toEqual([]);
    expect(watch.happenings).toEqual([]);
    expect(app.problems).toEqual([]);
    expect(outside.visits).toEqual([]);
    expect(page.context().pages().length).toBe(1);
    expect(await page.title()).toBe('Stranger · Trailbench');
    expect(await page.locator('body').innerText()).not.toContain(secret);
  }

  const namedCell = (name: string): Locator => page.getByRole('group', { name: new RegExp(`^Cell \\d+, ${name}$`) });

  async function open(name: string): Promise<void> {
    const address = new URLSearchParams({ name }).toString();
    await page.goto(page.url().replace(/#.*/, `#/notebook?${address}`));
    await page.getByRole('group', { name: 'Parameters' }).waitFor();
  }

  async function runAll(): Promise<readonly string[]> {
    await page.getByRole('button', { name: /^Run all/ }).click();
    const facts = page.locator('main .head .facts');
    await soon(async () => (await facts.allInnerTexts()).every((text) => /\d rows? |failed|not run/.test(text))).toBe(
      true,
    );
    return facts.allInnerTexts();
  }

  test('every file in it is listed and opened from the list, as text or with the reason why not', async () => {
    const links = page.getByRole('navigation', { name: 'Notebooks' }).getByRole('link');
    await soon(() => links.count()).toBe(hostile.files.length);
    const texts: string[] = [];
    for (const each of await links.all()) {
      await each.click();
      await soon(() => each.getAttribute('aria-current')).toBe('page');
      await page
        .locator('main .content')
        .getByText(/[A-Za-z]{3}/)
        .first()
        .waitFor();
      await soon(() => page.getByLabel('Reading the notebook').count()).toBe(0);
      texts.push(await page.locator('main').innerText());
      await expectHarmless();
    }
    for (const { name, shows } of hostile.files)
      expect(texts.filter((text) => shows.test(text)).length, name).toBeGreaterThan(0);
    expect(texts.join('\n')).not.toMatch(/root:|daemon:/);
  });

  test('names of files are shown letter by letter', async () => {
    const notebooks = page.getByRole('navigation', { name: 'Notebooks' });
    await soon(() => notebooks.getByRole('link').count()).toBe(hostile.files.length);
    const list = await notebooks.innerText();
    expect(list).toContain('invoice\\u202edm.exe');
    expect(list).toContain('two\\nlines\\u0007');
    expect(list).toContain('%2e%2e%2f..%2fetc%2fpasswd');
    await open(mainNotebook);
    await page.getByText(`notebooks/${mainNotebook}`).waitFor();
  });

  test('HTML in the prose is shown letter by letter', async () => {
    const prose = (await page.locator('.markdown').allInnerTexts()).join('\n');
    for (const html of hostileHtml(outside.url)) expect(prose).toContain(html);
    for (const text of ['never closed', `javascript:canary('link')`, `${outside.url}td.gif`, 'admin\\u202etxt.exe'])
      expect(prose).toContain(text);
    expect(await page.locator('main').innerText()).toContain(`canary('title')`);
    await expectHarmless();
  });

  test('the links that are left lead to notebooks beside it, whichever way they are pressed', async () => {
    const links = page.locator('.markdown a');
    const count = await links.count();
    expect(count).toBeGreaterThan(0);
    for (let index = 0; index < count; index += 1) {
      await links.nth(index).click();
      await links.nth(index).click({ modifiers: ['ControlOrMeta'] });
      await links.nth(index).click({ button: 'middle' });
      await links.nth(index).press('Enter');
    }
    await page
      .getByText(/^There is no notebook/)
      .first()
      .waitFor();
    for (const text of await page.locator('.markdown :text("press")').all())
      await text.hover({ force: true, trial: true });
    await page.mouse.move(0, 0);
    await dismissNotices(page);
    expect(new URL(page.url()).pathname).toBe('/');
    await expectHarmless();
  });

  test('its cells run or are refused, and their results are text in every view', async () => {
    const facts = await runAll();
    expect(facts.filter((text) => /\d rows? /.test(text)).length).toBeGreaterThanOrEqual(8);
    const agent = hostileAgents[0]!;
    const columns = await namedCell('markup').getByRole('columnheader').allInnerTexts();
    expect(columns.join('\n')).toContain(`canary('column')`);
    expect(await namedCell('markup').getByRole('gridcell').allInnerTexts()).toContain(agent);
    for (const name of ['lanes', 'bars', 'lines']) {
      const drawing = namedCell(name).getByRole('application').locator('svg').first();
      await soon(() => drawing.textContent()).toContain(`<script>canary('agent')`);
    }
    await soon(() => namedCell('single').locator('.main').innerText()).toBe(hostileAgents[1]);
    await soon(() => namedCell('typed').getByRole('gridcell').allInnerTexts()).toContain(
      `'; DROP TABLE events; --<img src=x onerror=canary('default')>\\u202e`,
    );
    expect(
      await namedCell('refused_value')
        .getByRole('alert')
        .or(namedCell('refused_value').getByRole('status'))
        .innerText(),
    ).toContain('DROP TABLE');
    expect(await namedCell('athena').getByRole('columnheader').allInnerTexts()).toContainEqual(
      expect.stringContaining(`javascript:canary('athena')`),
    );
    await expectHarmless();
  });

  test('a mark, a bar and a cell that are looked at closely are text', async () => {
    for (const name of ['lanes', 'bars', 'lines']) {
      await namedCell(name).getByRole('application').focus();
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
      await expectHarmless();
    }
    const grid = namedCell('markup').getByRole('grid');
    await grid.focus();
    for (const key of ['Home', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
    const opened = namedCell('markup').getByRole('region', { name: 'Cell' });
    await opened.waitFor();
    await opened.getByText(`canary('column')`).first().waitFor();
    await expectHarmless();
    await opened.press('Escape');
  });

  test('the translation of an Athena cell is text', async () => {
    await page.getByRole('button', { name: 'More for cell 8' }).click();
    await page.getByRole('menuitem', { name: 'Show translated SQL' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(`canary('athena')`).or(dialog.getByText(`canary(''athena'')`)).first().waitFor();
    await expectHarmless();
    await page.keyboard.press('Escape');
  });

  test('parameters are values, whatever is in them', async () => {
    const typed = `</script><script>canary('typed')</script>' OR 1=1; DELETE FROM events; --`;
    await page.getByRole('button', { name: /^Parameter \$who/ }).click();
    const form = page.getByRole('dialog', { name: 'Parameter $who' });
    await form.getByText(`<svg onload=canary('label')>`).waitFor();
    await form.getByRole('textbox').fill(typed);
    await expectHarmless();
    await page.keyboard.press('Enter');
    for (const name of ['count', 'since', 'names', 'span', 'actor', 'constructor', 'toString']) {
      await page.getByRole('button', { name: new RegExp(`^Parameter \\$${name}`) }).click();
      await page
        .getByRole('dialog', { name: `Parameter $${name}` })
        .getByRole('textbox')
        .first()
        .waitFor();
      await expectHarmless();
      await page.keyboard.press('Escape');
    }
    await namedCell('typed')
      .getByRole('button', { name: /^Run this cell/ })
      .click();
    await soon(() => namedCell('typed').getByRole('gridcell').allInnerTexts()).toContain(typed);
    await expectHarmless();
  });

  test('pinned, opened again and compared, a result is text', async () => {
    await page.getByRole('button', { name: 'More for cell 1', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Pin the result' }).click();
    await page.getByRole('button', { name: /^Results pinned/ }).click();
    const pin = page.getByRole('article', { name: 'Pin: markup' });
    await pin.getByText('SQL', { exact: true }).click();
    await pin.getByRole('button', { name: 'Run again and compare' }).click();
    await soon(() => pin.getByRole('status').innerText()).toMatch(/The same 6 rows/);
    await pin.getByRole('button', { name: 'Open', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'markup' });
    await soon(() => dialog.getByRole('gridcell').allInnerTexts()).toContain(hostileAgents[0]);
    await expectHarmless();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Close the pinned results' }).click();
  });

  test('the SQL page, the dialog for new notebooks and the front matter show it as text', async () => {
    await page.getByRole('button', { name: 'More for this notebook' }).click();
    await page.getByRole('menuitem', { name: 'Front matter as text…' }).click();
    await page.getByRole('dialog').waitFor();
    await expectHarmless();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'More for cell 1', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Open in the SQL page' }).click();
    await page.getByRole('main', { name: 'SQL' }).waitFor();
    await expectHarmless();
  });

  test('every statement of the list is refused or fails, and leaves everything as it was', async () => {
    await open(statementsNotebook);
    const facts = await runAll();
    expect(facts.length).toBe(hostile.statementCount);
    expect(facts.filter((text) => !text.includes('failed'))).toEqual([]);
    await expectHarmless();
  });

  test('its report is a file, once its parameters have values of their types', async () => {
    await open(mainNotebook);
    const writeReport = async (): Promise<void> => {
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      await page.getByRole('menuitem', { name: 'HTML report' }).click();
    };
    await writeReport();
    await page.getByText('“1); DROP TABLE events; -- \\u202enuf” is no number').last().waitFor();
    await expectHarmless();
    await dismissNotices(page);
    for (const [name, value] of Object.entries({ count: '1', since: '2026-03-05', span: '2026-03-05' })) {
      await page.getByRole('button', { name: new RegExp(`^Parameter \\$${name}`) }).click();
      const fields = page.getByRole('dialog', { name: `Parameter $${name}` }).getByRole('textbox');
      await fields.first().waitFor();
      for (const field of await fields.all()) await field.fill(value);
      await page.keyboard.press('Enter');
    }
    await writeReport();
    const dialog = page.getByRole('dialog', { name: 'Exported' });
    await dialog.waitFor({ timeout: 30_000 });
    reportPath = await dialog.locator('code').first().innerText();
    await expectHarmless();
    await dialog.getByRole('button', { name: 'Done' }).click();
  });

  test('its report, opened in a browser that runs scripts, is text', async () => {
    const browser: Browser = await launchChromium();
    try {
      const context = await browser.newContext({ bypassCSP, javaScriptEnabled: true });
      const report = await context.newPage();
      const address = pathToFileURL(reportPath).href;
      await report.addInitScript(setCanary);
      const seen = await watchPage(report, (url) => url === address || url === 'about:blank');
      await report.goto(address);
      const text = await report.locator('body').innerText();
      for (const html of hostileHtml(outside.url)) expect(text).toContain(html);
      for (const agent of [hostileAgents[0]!, hostileAgents[1]!, hostileAgents[2]!]) expect(text).toContain(agent);
      expect(text).not.toContain(secret);
      await report.emulateMedia({ media: 'print' });
      expect(await report.evaluate(findTraces)).toEqual([]);
      expect(seen.happenings).toEqual([]);
      expect(context.pages().length).toBe(1);
      expect(await readFile(reportPath, 'utf8')).not.toMatch(/<(script|img|iframe|link|base)\b/i);
      expect(outside.visits).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  test('the case is as it was: its files, its evidence, its tables', async () => {
    await page.goto(page.url().replace(/#.*/, '#/timeline'));
    await expectHarmless();
    await app.close();
    expect(await hostile.filesNow()).toEqual(before.files);
    expect(await hostile.evidenceNow()).toEqual(before.evidence);
  });
});
