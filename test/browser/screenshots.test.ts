import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Page } from 'playwright-core';
import { startBrowserApp, type BrowserApp } from './browser-app.ts';
import { createCase, importFolder } from './case-pages.ts';
import { writeTrail } from './trail-files.ts';
import { injectFault, type Fault } from './wire-faults.ts';

const folder = fileURLToPath(new URL('../../test-results/screenshots', import.meta.url));
const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
];
const pages: Readonly<Record<string, string>> = {
  timeline: '#/timeline',
  sql: '#/sql',
  evidence: '#/evidence',
  rejected: '#/evidence?tab=rejected',
  imports: '#/evidence?tab=imports',
  schema: '#/schema',
  custody: '#/custody',
};
const dataPaths = ['/evidence/', '/timeline/', '/query/', '/case/custody', '/case/recent'];
const diskError: Fault = {
  kind: 'error',
  code: 'IO_FAILED',
  message: 'The disk that holds the case could not be read (EIO). Check that it is connected, then try again.',
};

/** Pictures of every page in every state, both themes and two sizes, for people to look at: no assertions. */
describe.runIf(process.env['TRAILBENCH_SCREENSHOTS'])('screenshots', () => {
  let app: BrowserApp;

  beforeAll(async () => {
    await mkdir(folder, { recursive: true });
    app = await startBrowserApp();
  });
  afterAll(() => app.close());

  test('welcome, at first', () => shoot(app.page, 'welcome-empty', ''));

  test('an empty case', async () => {
    await createCase(app.page, 'Northwind breach', app.folder);
    await app.page.getByRole('heading', { name: 'No evidence yet' }).waitFor();
    for (const [name, hash] of Object.entries(pages)) await shoot(app.page, `${name}-empty`, hash);
  });

  test('the sample case with further evidence', { timeout: 300_000 }, async () => {
    const { page } = app;
    await page.goto(new URL('#/welcome', page.url()).href);
    await page.getByRole('button', { name: 'Explore the sample case' }).click();
    await page.getByRole('link', { name: /^Evidence/ }).waitFor({ timeout: 120_000 });
    await writeTrail(join(app.folder, 'logs'));
    await page.getByRole('link', { name: /^Evidence/ }).click();
    await importFolder(page, join(app.folder, 'logs'));
    await shoot(page, 'evidence-imported', null);
    for (const [name, hash] of Object.entries(pages)) await shoot(page, `${name}-full`, hash);
    await page.getByRole('button', { name: 'Import evidence…' }).first().click();
    await shoot(page, 'import-dialog', null);
    await page.keyboard.press('Escape');
    await shoot(page, 'welcome-full', '#/welcome');
  });

  test('details beside the lists', { timeout: 120_000 }, async () => {
    const { page } = app;
    for (const [name, grid] of [
      ['timeline', /event/i],
      ['evidence', 'Ledger of evidence files'],
    ] as const) {
      await load(page, pages[name] ?? '');
      await page.getByRole('grid', { name: grid }).first().press('ArrowDown');
      await page.getByRole('grid', { name: grid }).first().press('ArrowDown');
      await shoot(page, `${name}-detail`, null);
    }
  });

  for (const [state, fault] of [
    ['loading', { kind: 'silent' }],
    ['error', diskError],
  ] as const) {
    test(`pages in the state of ${state}`, { timeout: 120_000 }, async () => {
      const page = await app.page.context().newPage();
      await injectFault(page, dataPaths, fault);
      await page.goto(app.page.url());
      for (const [name, hash] of Object.entries(pages)) await shoot(page, `${name}-${state}`, hash);
      await page.close();
    });
  }
});

/** One picture a theme and size. A hash of null: the page as it is now. */
async function shoot(page: Page, name: string, hash: string | null): Promise<void> {
  if (hash !== null) await load(page, hash);
  for (const theme of ['dark', 'light']) {
    await page.evaluate((chosen) => (document.documentElement.dataset['theme'] = chosen), theme);
    for (const size of sizes) {
      await page.setViewportSize(size);
      await page.waitForTimeout(250);
      await page.screenshot({ path: join(folder, `${name}-${theme}-${size.width}.png`) });
    }
  }
}

async function load(page: Page, hash: string): Promise<void> {
  await page.goto(new URL(hash, page.url()).href);
  await page.reload();
  await page.waitForTimeout(700);
}
