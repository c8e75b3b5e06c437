import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
import { dismissNotices, watchPage, type Watch } from '../support/watched-page.ts';
import { launchApp, type RunningApp } from './launch.ts';

let folder: string;
let outside: Outside;
let hostile: HostileCase;
let before: { files: unknown; evidence: unknown };
let app: RunningApp;
let page: Page;
let watch: Watch;
let isClosed = false;

const soon = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 30_000 });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbench-stranger-'));
  outside = await startOutside();
  hostile = await makeHostileCase(folder, outside.url);
  before = { files: await hostile.filesNow(), evidence: await hostile.evidenceNow() };
  app = await launchApp(hostile.path);
  page = app.page;
  await app.electron.evaluate(({ app: electronApp, dialog, session, shell, webContents }) => {
    const seen: string[] = [];
    Object.assign(globalThis, { seen });
    const isOwn = (url: string): boolean => url.startsWith('app://trailbench/');
    const note = ({ url }: { url: string }): void => {
      if (!isOwn(url)) seen.push(`request ${url}`);
    };
    session.defaultSession.webRequest.onErrorOccurred(note);
    session.defaultSession.webRequest.onCompleted(note);
    session.defaultSession.on('will-download', (_event, item) => seen.push(`download ${item.getURL()}`));
    electronApp.on('web-contents-created', () => seen.push('window'));
    for (const contents of webContents.getAllWebContents()) {
      contents.on('will-frame-navigate', ({ url }) => seen.push(`navigation ${url}`));
      contents.on('will-attach-webview', () => seen.push('webview'));
    }
    shell.openExternal = (url) => Promise.resolve(void seen.push(`outside ${url}`));
    shell.openPath = (path) => Promise.resolve(`${seen.push(`outside ${path}`)}`);
    dialog.showMessageBox = () => Promise.reject(new Error(`${seen.push('message')}`));
  });
  watch = await watchPage(page, (url) => url.startsWith('app://trailbench/'));
  page.on('console', (message) => message.type() === 'error' && seenErrors.push(message.text()));
}, 120_000);

const seenErrors: string[] = [];

afterAll(async () => {
  if (!isClosed) await app.close();
  await outside.close();
  await rm(folder, { recursive: true, force: true });
});

const namedCell = (name: string): Locator => page.getByRole('group', { name: new RegExp(`^Cell \\d+, ${name}$`) });
const list = (): Locator => page.getByRole('navigation', { name: 'Notebooks' }).getByRole('link');

async function expectHarmless(): Promise<void> {
  expect(await watch.traces()).toEqual([]);
  expect(watch.happenings).toEqual([]);
  expect(seenErrors).toEqual([]);
  expect(await app.electron.evaluate(() => (globalThis as unknown as { seen: string[] }).seen)).toEqual([]);
  expect(await app.electron.evaluate(({ webContents }) => webContents.getAllWebContents().length)).toBe(1);
  expect(outside.visits).toEqual([]);
  expect(page.url()).toMatch(/^app:\/\/trailbench\/index\.html(#|$)/);
  expect(await page.locator('body').innerText()).not.toContain(secret);
}

async function open(name: string): Promise<void> {
  await page.evaluate((parameters) => (location.hash = `#/notebook?${parameters}`), `${new URLSearchParams({ name })}`);
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

test('every file of a stranger’s case is opened from the list, and is text', async () => {
  await soon(() => list().count()).toBe(hostile.files.length);
  const texts: string[] = [];
  for (const each of await list().all()) {
    await each.click();
    await soon(() => each.getAttribute('aria-current')).toBe('page');
    await soon(() => page.getByLabel('Reading the notebook').count()).toBe(0);
    texts.push(await page.locator('main').innerText());
    await expectHarmless();
  }
  for (const { name, shows } of hostile.files)
    expect(texts.filter((text) => shows.test(text)).length, name).toBeGreaterThan(0);
  expect(texts.join('\n')).not.toMatch(/root:|daemon:/);
});

test('a hostile notebook is shown letter by letter, and its links lead nowhere else', async () => {
  await open(mainNotebook);
  const prose = (await page.locator('.markdown').allInnerTexts()).join('\n');
  for (const html of hostileHtml(outside.url)) expect(prose).toContain(html);
  for (const each of await page.locator('.markdown a').all()) {
    await each.click();
    await each.click({ button: 'middle' });
    await each.click({ modifiers: ['Shift'] });
  }
  await page
    .getByText(/^There is no notebook/)
    .first()
    .waitFor();
  await dismissNotices(page);
  await expectHarmless();
});

test('its cells run or are refused; results are text, and are kept as a pin', async () => {
  const facts = await runAll();
  expect(facts.filter((text) => /\d rows? /.test(text)).length).toBeGreaterThanOrEqual(8);
  expect(await namedCell('markup').getByRole('gridcell').allInnerTexts()).toContain(hostileAgents[0]);
  await expectHarmless();
  await page.getByRole('button', { name: 'More for cell 1', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Pin the result' }).click();
  await page.getByRole('button', { name: /^Results pinned/ }).click();
  await page.getByRole('article', { name: 'Pin: markup' }).waitFor();
  await expectHarmless();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByRole('menuitem', { name: 'HTML report' }).click();
  await page.getByText('“1); DROP TABLE events; -- \\u202enuf” is no number').last().waitFor();
  await expectHarmless();
  await dismissNotices(page);
});

test('its statements are refused or fail; the case is as it was', async () => {
  await open(statementsNotebook);
  const facts = await runAll();
  expect(facts.length).toBe(hostile.statementCount);
  expect(facts.filter((text) => !text.includes('failed'))).toEqual([]);
  await expectHarmless();
  isClosed = true;
  await app.close();
  expect(await hostile.filesNow()).toEqual(before.files);
  expect(await hostile.evidenceNow()).toEqual(before.evidence);
});
