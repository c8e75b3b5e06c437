import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowserApp, type BrowserApp } from './browser-app.ts';
import { createCase, gridRows, importFolder } from './case-pages.ts';
import { event } from './trail-files.ts';

let app: BrowserApp;
let page: Page;

/** JSON.stringify would lose the digits and the order: these are put in as text. */
const exactNumber = '12345678901234567890.10';
const exactParameters = `{"10":"ten","2":"two","number":${exactNumber}}`;
const marker = 'PLACE OF THE PARAMETERS';
const longText = 'x'.repeat(1_000_000);

beforeAll(async () => {
  app = await startBrowserApp();
  page = app.page;
  const logs = join(app.folder, 'logs');
  await mkdir(logs);
  const records = [
    event(1, { eventName: '<script>document.title = "broken"</script>' }),
    event(2, { userAgent: `<img src=x onerror="document.title='broken'">` }),
    event(3, { userIdentity: { type: 'IAMUser', userName: 'admin\u202Etxt.exe' } }),
    event(4, { requestParameters: marker }),
    event(5, { userAgent: longText }),
  ];
  await writeFile(
    join(logs, 'a.json'),
    JSON.stringify({ Records: records }).replace(JSON.stringify(marker), exactParameters),
  );
  await writeFile(join(logs, 'b.json'), JSON.stringify({ Records: [records[1]] }));
  await createCase(page, 'Hostile', app.folder);
  await importFolder(page, logs);
  await page.getByRole('link', { name: /^Timeline/ }).click();
  await page.getByRole('grid', { name: 'Events' }).waitFor();
}, 120_000);

afterAll(() => app.close());

async function select(row: number): Promise<void> {
  const grid = page.getByRole('grid', { name: 'Events' });
  await grid.focus();
  await page.keyboard.press('Home');
  for (let index = 1; index < row; index += 1) await page.keyboard.press('ArrowDown');
  await page.getByRole('region', { name: 'Inspector' }).getByText(`10:00:0${row} UTC`).waitFor();
}

describe('text that an attacker chose', () => {
  test('is shown letter by letter in the table and the inspector, and does nothing', async () => {
    const rows = await gridRows(page, 'Events');
    expect(rows[0]?.join(' ')).toContain('<script>document.title = "broken"</script>');
    await select(1);
    await page.getByRole('heading', { name: '<script>document.title = "broken"</script>' }).waitFor();
    await select(2);
    const inspector = page.getByRole('region', { name: 'Inspector' });
    expect(await inspector.innerText()).toContain(`<img src=x onerror="document.title='broken'">`);
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).toBe('Hostile · Trailbench');
  });

  test('cannot turn its own letters around', async () => {
    expect((await gridRows(page, 'Events'))[2]?.join(' ')).toContain('admin\\u202etxt.exe');
  });

  test('keeps every digit and the order of keys in the tree', async () => {
    await select(4);
    const tree = await page.getByRole('tabpanel').innerText();
    expect(tree).toContain(exactNumber);
    expect(tree.indexOf('ten')).toBeLessThan(tree.indexOf('two'));
  });

  test('of a million characters is cut, and shown whole on demand', async () => {
    await select(5);
    const inspector = page.getByRole('region', { name: 'Inspector' });
    expect((await inspector.innerText()).length).toBeLessThan(10_000);
    await inspector.getByRole('button', { name: 'show all 1,000,000 characters' }).first().click();
    expect((await inspector.innerText()).length).toBeGreaterThan(1_000_000);
  });
});

test('further copies of an event are told, with the file they are in', async () => {
  await select(2);
  const inspector = page.getByRole('region', { name: 'Inspector' });
  await inspector.getByText('1 further copy of this event').click();
  const evidence = await inspector.innerText();
  expect(evidence).toContain('a.json #1');
  expect(evidence).toContain('b.json #0');
});

test('the page logged no error and broke no rule of its content security policy', () => {
  expect(app.problems).toEqual([]);
});
