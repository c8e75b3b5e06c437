import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Page } from 'playwright-core';
import { AwsHome } from '../acquisition/support/aws-home.ts';
import { FaultProxy } from '../acquisition/support/fault-proxy.ts';
import { testS3 } from '../acquisition/support/rgw.ts';
import { accessDenied } from '../acquisition/support/s3-answers.ts';
import { ScriptedServer } from '../acquisition/support/scripted-server.ts';
import { makeTrail, type Trail } from '../acquisition/support/trail-objects.ts';
import { answerAsAws, awsConfig } from './aws-answers.ts';
import { startBrowserApp, type BrowserApp } from './browser-app.ts';
import { createCase, importFolder } from './case-pages.ts';
import {
  chooseProfile,
  DownloadGate,
  endedFetch,
  fetchPanel,
  fillPlace,
  keysOf,
  sourceDialog,
  treeItem,
} from './source-pages.ts';
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
  sources: '#/sources',
  schema: '#/schema',
  custody: '#/custody',
};
const dataPaths = ['/acquisition/sources', '/evidence/', '/timeline/', '/query/', '/case/custody', '/case/recent'];
const diskError: Fault = {
  kind: 'error',
  code: 'IO_FAILED',
  message: 'The disk that holds the case could not be read (EIO). Check that it is connected, then try again.',
};
const s3 = process.env['TRAILBENCH_SCREENSHOTS'] ? await testS3() : null;

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

describe.runIf(s3)('screenshots of fetches from S3', () => {
  const server = s3!;
  let home: AwsHome;
  let aws: ScriptedServer;
  let proxy: FaultProxy;
  let app: BrowserApp;
  let page: Page;
  let bucket: string;
  let emptyBucket: string;
  let trail: Trail;

  beforeAll(async () => {
    await mkdir(folder, { recursive: true });
    aws = await ScriptedServer.start((request) => answerAsAws(request, server.keys));
    proxy = await FaultProxy.start(server.endpoint);
    home = await AwsHome.create();
    home.set({ AWS_ENDPOINT_URL_STS: aws.url, AWS_ENDPOINT_URL_SSO: aws.url, AWS_ENDPOINT_URL_SSO_OIDC: aws.url });
    const mistyped = { ...server.keys, secretAccessKey: 'not the secret' };
    await home.write('credentials', keysOf('reader', server.keys) + keysOf('mistyped', mistyped));
    await home.write('config', awsConfig);
    bucket = await server.makeBucket();
    emptyBucket = await server.makeBucket();
    trail = makeTrail({ objects: 2_000, bucket, dayCount: 20, seed: 3 });
    await server.putObjects(bucket, [...trail.objects, ...trail.others]);
    app = await startBrowserApp();
    page = app.page;
    await createCase(page, 'Northwind breach', app.folder);
  }, 180_000);
  afterAll(async () => {
    await app.close();
    await proxy.stop();
    await aws.stop();
    await server.releaseBucket(bucket);
    await server.releaseBucket(emptyBucket);
    await home.remove();
  });

  const press = (name: string) => sourceDialog(page).getByRole('button', { name, exact: true }).click();

  test('where the source is', { timeout: 180_000 }, async () => {
    await page.getByRole('link', { name: /^Sources/ }).click();
    await page.getByRole('main').getByRole('button', { name: 'Fetch from S3…' }).click();
    await shoot(page, 'source-where', null);
    await sourceDialog(page).getByText('Event history', { exact: false }).first().click();
    await shoot(page, 'source-history', null);
    await page.keyboard.press('Escape');
    const place = { url: `s3://${bucket}`, endpointUrl: proxy.endpoint, profile: 'mistyped' };
    const dialog = await fillPlace(page, place);
    await press('Connect');
    await dialog.getByRole('alert').waitFor();
    await press('Copy minimal IAM policy');
    await shoot(page, 'source-refused', null);
    for (const [profile, name] of [
      ['audit', 'source-mfa'],
      ['company', 'source-sign-in'],
    ] as const) {
      await chooseProfile(dialog, profile);
      await press('Connect');
      const prompt = page.getByRole('dialog', { name: /^(MFA code|Sign in)/ });
      await prompt.waitFor();
      if (profile === 'company') await prompt.getByRole('button', { name: 'Open sign-in page' }).click();
      await shoot(page, name, null);
      await prompt.getByRole('button', { name: 'Cancel' }).click();
    }
    await dialog.getByRole('alert').waitFor();
    await shoot(page, 'source-given-up', null);
  });

  test('what is fetched from it', { timeout: 180_000 }, async () => {
    const dialog = sourceDialog(page);
    await chooseProfile(dialog, 'reader');
    await dialog.getByRole('textbox', { name: /^Bucket/ }).fill(emptyBucket);
    await press('Connect');
    await dialog.getByRole('heading', { name: 'No CloudTrail logs' }).waitFor();
    await shoot(page, 'source-nothing', null);
    await press('Back');
    await dialog.getByRole('textbox', { name: /^Bucket/ }).fill(bucket);
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    proxy.before = () => (proxy.requests.length > 40 ? opened : undefined);
    proxy.requests.length = 0;
    await press('Connect');
    await dialog.getByRole('progressbar').waitFor();
    await shoot(page, 'source-connecting', null);
    open();
    await dialog.getByRole('tree').waitFor();
    await shoot(page, 'source-what', null);
    await treeItem(page, '111122223333').click();
    await dialog.getByLabel('From (UTC)').fill(trail.days[2]!);
    await press('Count');
    await dialog.getByRole('region', { name: 'What a fetch would bring' }).waitFor();
    await shoot(page, 'source-counted', null);
    await dialog.getByText('Every object, whatever its key').click();
    await shoot(page, 'source-everything', null);
    await dialog.getByText('Every object, whatever its key').click();
  });

  test('a fetch and what it brought', { timeout: 240_000 }, async () => {
    const [denied] = trail.objects.filter(({ accountId, day }) => accountId !== '111122223333' && day > trail.days[2]!);
    proxy.answer(({ method, key }) => method === 'GET' && key === denied!.key, accessDenied());
    const gate = new DownloadGate(proxy, 400);
    await press('Fetch');
    await gate.isHolding();
    await shoot(page, 'sources-fetching', null);
    await fetchPanel(page).getByRole('button', { name: 'Pause' }).click();
    await fetchPanel(page).getByRole('button', { name: 'Resume' }).waitFor();
    await shoot(page, 'sources-paused', null);
    await fetchPanel(page).getByRole('button', { name: 'Resume' }).click();
    gate.open();
    await endedFetch(page, 'done');
    await shoot(page, 'sources-fetched', null);
    await fetchPanel(page).getByRole('button', { name: 'Put away' }).click();
    for (const tab of ['fetches', 'objects', 'problems', 'proof']) {
      await shoot(page, `sources-${tab}`, `#/sources?tab=${tab}`);
    }
    await load(page, '#/sources?tab=objects');
    await page.getByRole('grid', { name: 'Archived objects' }).press('ArrowDown');
    await shoot(page, 'sources-object-detail', null);
    await shoot(page, 'evidence-fetched', '#/evidence');
  });
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
