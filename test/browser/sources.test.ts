import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { AwsHome } from '../acquisition/support/aws-home.ts';
import { FaultProxy } from '../acquisition/support/fault-proxy.ts';
import { testS3 } from '../acquisition/support/rgw.ts';
import { accessDenied } from '../acquisition/support/s3-answers.ts';
import {
  makeTrail,
  streamsOf,
  totals,
  trailKinds,
  trailRegions,
  type Trail,
  type TrailObject,
} from '../acquisition/support/trail-objects.ts';
import { startBrowserApp, type BrowserApp } from './browser-app.ts';
import { createCase, equation, gridRows } from './case-pages.ts';
import {
  connect,
  DownloadGate,
  endedFetch,
  fetchPanel,
  fillPlace,
  keysOf,
  oneLine,
  sourceDialog,
  streamTree,
  tabTo,
  treeItem,
  treeRows,
} from './source-pages.ts';

const s3 = await testS3();
const count = (value: number): string => value.toLocaleString('en-US');
const leftOut = '444455556666';

describe.skipIf(!s3)('a trail from a bucket into the case, through the Sources page', () => {
  const server = s3!;
  let home: AwsHome;
  let proxy: FaultProxy;
  let app: BrowserApp;
  let page: Page;
  let bucket: string;
  let trail: Trail;
  /** What the first fetch asks for: all accounts but one, three days and one for late deliveries. */
  let chosen: TrailObject[];
  let denied: TrailObject;

  beforeAll(async () => {
    home = await AwsHome.create();
    await home.write('credentials', keysOf('default', server.keys));
    bucket = await server.makeBucket();
    trail = makeTrail({ objects: 900, bucket, dayCount: 10, seed: 21 });
    await server.putObjects(bucket, [...trail.objects, ...trail.others]);
    const days = trail.days.slice(0, 4);
    chosen = trail.objects.filter(({ accountId, day }) => accountId !== leftOut && days.includes(day));
    denied = chosen.find(({ kind }) => kind === 'CloudTrail')!;
    proxy = await FaultProxy.start(server.endpoint);
    app = await startBrowserApp();
    page = app.page;
    await createCase(page, 'From the bucket', app.folder);
  }, 120_000);
  afterAll(async () => {
    await app.close();
    await proxy.stop();
    await server.releaseBucket(bucket);
    await home.remove();
  });

  test('an empty case says on its Sources page what to do', async () => {
    await page.getByRole('link', { name: /^Sources/ }).click();
    await page.getByRole('heading', { name: 'No source yet' }).waitFor();
    expect(await page.getByRole('main').getByRole('button').allInnerTexts()).toEqual([
      'Fetch from S3…',
      'Event history…',
    ]);
  });

  test('the hosts are listed, and nothing is contacted before “Connect”', async () => {
    const dialog = await fillPlace(page, { url: `s3://${bucket}`, endpointUrl: proxy.endpoint });
    const hosts = dialog.getByRole('list', { name: 'Hosts' });
    await expect.poll(() => hosts.innerText()).toContain(new URL(proxy.endpoint).host);
    expect(await hosts.getByRole('listitem').count()).toBe(1);
    expect(await dialog.getByRole('region', { name: 'Will contact' }).innerText()).toContain('profile “default”');
    await dialog.getByRole('button', { name: 'Copy minimal IAM policy' }).click();
    await dialog.getByText('Show the policy').waitFor();
    expect(await dialog.locator('pre').textContent()).toContain(`arn:aws:s3:::${bucket}/*`);
    expect(proxy.requests).toEqual([]);
  });

  test('“Connect” shows the accounts of both organizations, and every kind and region', async () => {
    await connect(page);
    expect(await treeRows(page)).toEqual([
      [1, 'no organization'],
      [2, '555566667777'],
      [1, 'o-a1b2c3d4e5'],
      [2, '111122223333'],
      [2, '222233334444'],
      [1, 'o-f6g7h8i9j0'],
      [2, '333344445555'],
      [2, '444455556666'],
    ]);
    const dialog = sourceDialog(page);
    const boxes = (name: string) => dialog.getByRole('group', { name }).locator('label').allInnerTexts();
    expect((await boxes('Kinds')).map((text) => text.trim())).toEqual([...trailKinds].sort());
    expect((await boxes('Regions')).map((text) => text.trim())).toEqual([...trailRegions].sort());
    const streams = count(streamsOf(trail.objects).size);
    await dialog.getByText(`${streams} of ${streams} streams ticked, in 5 accounts.`).waitFor();
    await dialog.getByText(`logs of ${trail.days[0]} to ${trail.days.at(-1)}`).waitFor();
    expect(proxy.requests.filter(({ key }) => key !== '')).toEqual([]);
  });

  test('“Count” tells exactly what the choice holds, and is called stale once the choice changes', async () => {
    const dialog = sourceDialog(page);
    await treeItem(page, leftOut).click();
    expect(await treeItem(page, leftOut).getAttribute('aria-checked')).toBe('false');
    expect(await treeItem(page, 'o-f6g7h8i9j0').getAttribute('aria-checked')).toBe('mixed');
    await dialog.getByText('in 4 accounts.').waitFor();
    await dialog.getByLabel('From (UTC)').fill(trail.days[0]!);
    await dialog.getByLabel('To (UTC)').fill(trail.days[1]!);
    await dialog.getByRole('button', { name: 'Count' }).click();
    const plan = dialog.getByRole('region', { name: 'What a fetch would bring' });
    await plan.waitFor();
    expect(await plan.innerText()).not.toContain(`${count(chosen.length)} objects`);

    await dialog.getByLabel('To (UTC)').fill(trail.days[2]!);
    await plan.getByText('Counted for an earlier choice').waitFor();
    await dialog.getByRole('button', { name: 'Count' }).click();
    await plan
      .getByText(`${count(chosen.length)} objects`)
      .first()
      .waitFor();
    expect(await plan.getByText('Counted for an earlier choice').count()).toBe(0);
    await plan.getByText('By stream').click();
    const perStream = streamsOf(chosen);
    const listed = await plan.getByRole('listitem').allInnerTexts();
    const shown = listed.map((text) => oneLine(text).replace(/ · .*/, '')).sort();
    expect(shown).toEqual([...perStream].map(([prefix, { objects }]) => `${prefix} ${count(objects.length)}`).sort());
    expect(proxy.downloads().size).toBe(0);
  });

  test('“Fetch” shows its progress on the page and in the sidebar, and ends with the numbers of the truth', async () => {
    proxy.answer(({ method, key }) => method === 'GET' && key === denied.key, accessDenied());
    const gate = new DownloadGate(proxy, 40);
    await sourceDialog(page).getByRole('button', { name: 'Fetch', exact: true }).click();
    await expect.poll(() => sourceDialog(page).count()).toBe(0);
    await gate.isHolding();
    const panel = fetchPanel(page);
    await panel
      .getByText(`of ${count(chosen.length)}`)
      .first()
      .waitFor();
    await panel.getByRole('progressbar', { name: `Download of s3://${bucket}` }).waitFor();
    await page.getByRole('link', { name: /^Custody/ }).click();
    await page.getByRole('progressbar', { name: 'Fetch progress' }).waitFor();
    await page.getByRole('link', { name: /^Sources/ }).click();
    gate.open();

    const ended = await endedFetch(page, 'done');
    const got = chosen.filter((object) => object !== denied);
    expect(ended).toContain(`Downloaded ${count(got.length)} of ${count(chosen.length)} objects`);
    expect(ended).toContain('Failed 1');
    const { distinctEvents } = totals(got);
    // Insight and Aggregated records are stored as well, and are no events.
    const records = new Set(got.flatMap(({ eventIds }) => eventIds));
    const stored = `= ${count(records.size)} stored \\+ [\\d,]+ duplicate \\+ 0 rejected ✓ adds up`;
    expect(await equation(page, 'This fetch')).toMatch(new RegExp(stored));
    await page.getByRole('link', { name: `Timeline ${count(distinctEvents)}` }).waitFor();
    const last = page.getByRole('region', { name: 'Last fetch' });
    await expect.poll(async () => oneLine(await last.innerText())).toContain(`${count(got.length)} downloaded`);
    expect(oneLine(await last.innerText())).toMatch(/1 failed 1 problem .* 2024-08-01 to 2024-08-03 \+ 1 day/);
    await last.getByText('1 host contacted').click();
    expect(await last.getByText(new URL(proxy.endpoint).host, { exact: true }).isVisible()).toBe(true);
    const names = [...proxy.downloads().keys()].sort();
    expect(names).toEqual(got.map(({ key }) => key).sort());
  });

  test('objects are listed by key, searched and described', async () => {
    const held = chosen.filter((object) => object !== denied);
    await page.getByRole('link', { name: `Objects ${count(held.length)}` }).click();
    const rows = () => gridRows(page, 'Archived objects');
    const keys = held.map(({ key }) => key).sort();
    await expect.poll(async () => (await rows())[0]?.[0]?.replace(/\s/g, '')).toBe(keys[0]);
    const [sought] = held.filter(({ kind }) => kind === 'CloudTrail-Digest');
    const name = sought!.key.slice(sought!.key.lastIndexOf('/') + 1);
    await page.getByRole('searchbox', { name: 'Part of a key' }).fill(name);
    await page.getByText('1 object', { exact: true }).waitFor();
    await page.getByRole('grid', { name: 'Archived objects' }).press('ArrowDown');
    const detail = page.getByRole('region', { name: `Details of ${name}` });
    const text = await detail.innerText();
    expect(text).toContain(sought!.sha256);
    expect(text).toContain(`archive/s3/${bucket}/${sought!.key}`);
    expect(text).toContain('length, MD5 (ETag)');
    expect(text).toContain(`${count(sought!.sizeBytes)} B`);
    await page.getByRole('searchbox', { name: 'Part of a key' }).fill('no such key');
    await page.getByRole('heading', { name: 'No object matches' }).waitFor();
    await page.getByRole('searchbox', { name: 'Part of a key' }).fill('');
  });

  test('problems name the permission and the key; proof says what was saved and what not', async () => {
    await page.getByRole('link', { name: 'Problems 1' }).click();
    const problems = page.getByRole('region', { name: 'Problems' });
    const text = await problems.getByRole('listitem').innerText();
    expect(text).toContain('the permission s3:GetObject is missing');
    expect(text).toContain(denied.key);
    await page.getByRole('link', { name: 'Proof' }).click();
    const row = (subject: string) => page.getByRole('row', { name: subject }).first();
    await row('caller identity').getByText('skipped', { exact: true }).waitFor();
    await row('bucket versioning')
      .getByText(/^(saved|none)$/)
      .waitFor();
  });

  test('“Fetch again” gets what was denied, and then nothing new', async () => {
    proxy.reset();
    await page.getByRole('button', { name: 'Fetch again' }).click();
    const first = `Downloaded 1 of ${count(chosen.length)} objects`;
    await expect.poll(() => endedFetch(page, 'done'), { timeout: 50_000 }).toContain(first);
    await page.getByRole('button', { name: 'Fetch again' }).click();
    const again = `Downloaded 0 of ${count(chosen.length)} objects`;
    await expect.poll(() => endedFetch(page, 'done'), { timeout: 50_000 }).toContain(again);
    expect(oneLine(await fetchPanel(page).innerText())).toContain(`Unchanged ${count(chosen.length)}`);
    expect([...proxy.downloads()]).toEqual([[denied.key, 1]]);
    await page.getByRole('link', { name: `Timeline ${count(totals(chosen).distinctEvents)}` }).waitFor();
    await page.getByRole('link', { name: 'Fetches 3' }).click();
    const states = page.getByRole('region', { name: 'Fetches' }).locator('tbody td:nth-child(3)');
    await expect.poll(() => states.allInnerTexts()).toEqual(['done', 'done', 'done']);
  });

  test('“Fetch more…” starts with the earlier choice; without a mouse, one stream of it is fetched', async () => {
    await tabTo(page, page.getByRole('button', { name: 'Fetch more…' }));
    await page.keyboard.press('Enter');
    const dialog = sourceDialog(page);
    const field = (name: RegExp) => dialog.getByRole('textbox', { name });
    expect(await field(/^Bucket/).inputValue()).toBe(`s3://${bucket}`);
    await page.keyboard.press('Control+a');
    await page.keyboard.type(bucket);
    await tabTo(page, field(/^Endpoint URL/));
    await page.keyboard.press('Control+a');
    await page.keyboard.type(proxy.endpoint);
    await page.keyboard.press('Enter');
    await streamTree(page).waitFor();
    expect(await treeItem(page, leftOut).getAttribute('aria-checked')).toBe('false');
    expect(await dialog.getByLabel('To (UTC)').inputValue()).toBe(trail.days[2]);

    await tabTo(page, dialog.getByRole('button', { name: 'Untick all' }));
    await page.keyboard.press('Enter');
    await dialog.getByText('Tick at least one stream.').waitFor();
    await tabTo(page, streamTree(page));
    for (const key of ['End', 'Home', 'ArrowDown', 'ArrowRight', 'ArrowDown', 'ArrowRight', 'ArrowDown']) {
      await page.keyboard.press(key);
    }
    await page.keyboard.press('Space');
    // The first region of the first kind of the account without an organization.
    const prefix = 'AWSLogs/555566667777/CloudTrail/ap-southeast-2/';
    const { objects } = streamsOf(trail.objects).get(prefix)!;
    await dialog.getByText(`1 of ${streamsOf(trail.objects).size} streams ticked, in 1 account.`).waitFor();
    for (const part of ['From (UTC)', 'To (UTC)']) {
      await tabTo(page, dialog.getByLabel(part));
      await page.keyboard.press('Control+a');
      await page.keyboard.press('Delete');
      await expect.poll(() => dialog.getByLabel(part).inputValue()).toBe('');
    }
    await tabTo(page, dialog.getByRole('button', { name: 'Fetch', exact: true }));
    await page.keyboard.press('Enter');
    const ended = `of ${count(objects.length)} objects`;
    await expect.poll(() => endedFetch(page, 'done'), { timeout: 50_000 }).toContain(ended);
    expect([...proxy.downloads().keys()].every((key) => key === denied.key || key.startsWith(prefix))).toBe(true);
    const held = new Set([...chosen, ...objects].map(({ key }) => key));
    await page.getByRole('link', { name: `Objects ${count(held.size)}` }).waitFor();
  });

  test('nothing went wrong in the page on the way', () => {
    expect(app.problems).toEqual([]);
  });
});
