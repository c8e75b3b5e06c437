import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { AwsHome } from '../acquisition/support/aws-home.ts';
import { FaultProxy } from '../acquisition/support/fault-proxy.ts';
import { testS3 } from '../acquisition/support/rgw.ts';
import { makeTrail, totals, type Trail } from '../acquisition/support/trail-objects.ts';
import { startBrowserApp, type BrowserApp } from './browser-app.ts';
import { createCase } from './case-pages.ts';
import { connect, DownloadGate, endedFetch, fetchPanel, fillPlace, keysOf, oneLine, sourceDialog } from './source-pages.ts'; // prettier-ignore

const s3 = await testS3();
const count = (value: number): string => value.toLocaleString('en-US');
const free = 60;

describe.skipIf(!s3)('a fetch that runs', () => {
  const server = s3!;
  let home: AwsHome;
  let proxy: FaultProxy;
  let app: BrowserApp;
  let page: Page;
  let bucket: string;
  let trail: Trail;

  beforeAll(async () => {
    home = await AwsHome.create();
    await home.write('credentials', keysOf('default', server.keys));
    bucket = await server.makeBucket();
    trail = makeTrail({ objects: 600, bucket, dayCount: 3, seed: 8 });
    await server.putObjects(bucket, trail.objects);
    proxy = await FaultProxy.start(server.endpoint);
    proxy.plan = { chances: {}, latencyMs: 10 };
    app = await startBrowserApp();
    page = app.page;
    await createCase(page, 'On the way', app.folder);
  }, 120_000);
  afterAll(async () => {
    await app.close();
    await proxy.stop();
    await server.releaseBucket(bucket);
    await home.remove();
  });

  const button = (name: string) => fetchPanel(page).getByRole('button', { name, exact: true });
  const downloaded = async () => {
    const facts = oneLine(await fetchPanel(page).innerText());
    return Number(/Objects ([\d,]+) of/.exec(facts)?.[1]?.replaceAll(',', ''));
  };

  test('is paused: what is under way ends, and nothing further starts', async () => {
    const gate = new DownloadGate(proxy, free);
    await fillPlace(page, { url: bucket, endpointUrl: proxy.endpoint });
    await connect(page);
    await sourceDialog(page).getByRole('button', { name: 'Fetch', exact: true }).click();
    await gate.isHolding();
    await button('Pause').click();
    await button('Resume').waitFor();
    await fetchPanel(page).getByText('paused', { exact: true }).waitFor();
    gate.open();
    const asked = gate.asked;
    await expect.poll(() => proxy.downloads().size).toBe(asked);
    await expect.poll(downloaded, { timeout: 10_000 }).toBe(asked);
    await page.reload();
    await fetchPanel(page).getByText('paused', { exact: true }).waitFor();
    await page.getByRole('link', { name: /^Fetch paused/ }).waitFor();
    expect(gate.asked).toBe(asked);
    expect(asked).toBeLessThan(trail.objects.length);
  });

  test('a second one is refused with a sentence while it runs', async () => {
    expect(await page.getByRole('button', { name: 'Fetch again' }).isDisabled()).toBe(true);
    await page.getByRole('complementary').getByRole('button', { name: 'Fetch from S3…' }).click();
    await page.getByText('A fetch is running. Wait for it to end, or cancel it').waitFor();
    expect(await sourceDialog(page).count()).toBe(0);
  });

  test('is resumed, and cancelled on the way: what came stays', async () => {
    const before = proxy.downloads().size;
    const gate = new DownloadGate(proxy, free);
    await button('Resume').click();
    await gate.isHolding();
    await expect.poll(downloaded, { timeout: 10_000 }).toBeGreaterThan(before);
    await button('Cancel').click();
    await fetchPanel(page).getByText('cancelled', { exact: true }).waitFor();
    gate.open();
    await page.getByText('Fetch cancelled. What was already downloaded stays in the case').waitFor();
    const last = page.getByRole('region', { name: 'Last fetch' });
    await last.getByText('cancelled', { exact: true }).waitFor();
  });

  test('goes on from there when it is fetched again, and gets nothing twice', async () => {
    const whole = [...proxy.downloads().keys()];
    proxy.reset();
    await page.getByRole('button', { name: 'Fetch again' }).click();
    const ended = await endedFetch(page, 'done');
    const [, got = NaN, unchanged = NaN] = /Downloaded ([\d,]+) of .* Unchanged ([\d,]+)/.exec(ended)?.map(Number) ?? []; // prettier-ignore
    expect(got + unchanged).toBe(trail.objects.length);
    expect(unchanged).toBeGreaterThanOrEqual(free);
    expect(proxy.downloads().size).toBe(got);
    expect(unchanged).toBeLessThanOrEqual(whole.length);
    await page.getByRole('link', { name: `Objects ${count(trail.objects.length)}` }).waitFor();
    await page.getByRole('link', { name: `Timeline ${count(totals(trail.objects).distinctEvents)}` }).waitFor();
    expect(app.problems).toEqual([]);
  });
});
