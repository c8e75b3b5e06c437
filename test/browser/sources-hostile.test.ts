import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AwsHome } from '../acquisition/support/aws-home.ts';
import { testS3 } from '../acquisition/support/rgw.ts';
import { startBrowserApp, type BrowserApp } from './browser-app.ts';
import { createCase, gridRows } from './case-pages.ts';
import { connect, endedFetch, fillPlace, keysOf, sourceDialog, treeItem, treeRows } from './source-pages.ts';
import { event } from './trail-files.ts';

const s3 = await testS3();
const html = `<img src=x onerror="document.title='broken out'">`;
const turned = 'ledger\u202Egnp';
const ringing = 'bell\u0007\u001B[31m';
const long = 'l'.repeat(700);
const trailFolders = ['', `${html}/`, `${turned}/`, `${long}/`];
const logName = '111122223333_CloudTrail_us-east-1_20240801T0000Z_abcdefghijklmnop.json.gz';
const strays = [`${html}.json`, `${turned}.json`, `${ringing}.json`, `two\nlines.json`, `${long}.json`, '../../up.json', 'a//b/./c.json']; // prettier-ignore

describe.skipIf(!s3)('a bucket whose names an attacker chose', () => {
  const server = s3!;
  let home: AwsHome;
  let app: BrowserApp;
  let page: Page;
  let bucket: string;

  beforeAll(async () => {
    home = await AwsHome.create();
    await home.write('credentials', keysOf('default', server.keys));
    bucket = await server.makeBucket();
    const keys = [
      ...trailFolders.map((folder) => `${folder}AWSLogs/111122223333/CloudTrail/us-east-1/2024/08/01/${logName}`),
      ...strays.map((key) => `others ${html}/${key}`),
      ...strays,
    ];
    const bodies = keys.map((_, index) => gzipSync(JSON.stringify({ Records: [event(index)] })));
    await server.putObjects(bucket, keys.map((key, index) => ({ key, body: bodies[index]! }))); // prettier-ignore
    app = await startBrowserApp();
    page = app.page;
    await createCase(page, 'Hostile bucket', app.folder);
  }, 120_000);
  afterAll(async () => {
    await app.close();
    await server.releaseBucket(bucket);
    await home.remove();
  });

  async function expectHarmless(): Promise<void> {
    expect(await page.locator('img, main script').count()).toBe(0);
    expect(await page.title()).toBe('Hostile bucket · Trailbench');
    const shown = await page.locator('body').innerText();
    // eslint-disable-next-line no-control-regex
    expect(shown.match(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/g)).toBe(null);
    const [inner, outer] = await page.evaluate(() => [document.body.scrollWidth, window.innerWidth]);
    expect(inner).toBeLessThanOrEqual(outer!);
  }

  test('is shown letter by letter in the tree, which stays in its place', async () => {
    await fillPlace(page, { url: bucket, endpointUrl: server.endpoint });
    await connect(page);
    const names = (await treeRows(page)).filter(([level]) => level === 1).map(([, name]) => name);
    expect(names).toEqual(['(top of the bucket)', `${html}/`, 'ledger\\u202egnp/', `${long}/`].sort(byText));
    const dialog = sourceDialog(page);
    await dialog.getByText('other prefixes, without CloudTrail logs').click();
    await dialog.getByText(`others ${html}/`, { exact: true }).waitFor();
    const box = await dialog.getByRole('tree').boundingBox();
    const row = await treeItem(page, `${html}/`).boundingBox();
    expect(row!.width).toBeLessThanOrEqual(box!.width);
    await expectHarmless();
  });

  test('is counted by stream as text', async () => {
    const dialog = sourceDialog(page);
    await dialog.getByRole('button', { name: 'Count' }).click();
    const plan = dialog.getByRole('region', { name: 'What a fetch would bring' });
    await plan.getByText(`${trailFolders.length} objects`).first().waitFor();
    await plan.getByText('By stream').click();
    await plan.getByText(`${html}/AWSLogs/`).waitFor();
    await expectHarmless();
  });

  test('fetched whole, its objects are listed as text, each key one line', async () => {
    const dialog = sourceDialog(page);
    await dialog.getByText('Every object, whatever its key').click();
    await dialog.getByRole('button', { name: 'Fetch', exact: true }).click();
    const all = trailFolders.length + 2 * strays.length;
    expect(await endedFetch(page, 'done')).toContain(`Downloaded ${all} of ${all} objects`);
    await page.getByRole('link', { name: `Objects ${all}` }).click();
    const keys = async () => (await gridRows(page, 'Archived objects')).map(([key = '']) => key.replaceAll('\n', ''));
    await expect.poll(async () => (await keys()).filter((key) => key !== '').length).toBe(all);
    const shown = await keys();
    for (const key of [
      `${html}.json`,
      'ledger\\u202egnp.json',
      'bell\\u0007\\u001b[31m.json',
      'two\\nlines.json',
      '../../up.json',
      'a//b/./c.json',
    ]) {
      // prettier-ignore
      expect(shown).toContain(key);
      expect(shown).toContain(`others ${html}/${key}`);
    }
    await expectHarmless();
  });

  test('its details are text as well', async () => {
    await page.getByRole('searchbox', { name: 'Part of a key' }).fill('ledger');
    await page.getByText('3 objects', { exact: true }).waitFor();
    const grid = page.getByRole('grid', { name: 'Archived objects' });
    await grid.press('ArrowDown');
    await page.getByRole('region', { name: /^Details of/ }).waitFor();
    await expectHarmless();
    await page.getByRole('searchbox', { name: 'Part of a key' }).fill('onerror');
    await grid.press('Home');
    await expectHarmless();
    expect(app.problems).toEqual([]);
  });
});

function byText(left: string, right: string): number {
  return left < right ? -1 : 1;
}
