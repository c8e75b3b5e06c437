import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { serveTo, startBrowserApp, type BrowserApp } from './browser-app.ts';
import { createCase, goToFolder } from './case-pages.ts';
import { injectFault } from './wire-faults.ts';

let app: BrowserApp | null = null;

async function start(options: Parameters<typeof startBrowserApp>[0] = {}): Promise<BrowserApp> {
  app = await startBrowserApp(options);
  return app;
}

afterEach(async () => {
  await app?.close();
  app = null;
});

describe('welcome', () => {
  test('a case is closed, found among the recent ones, missed when its folder is gone, and forgotten', async () => {
    const { page, folder } = await start();
    await createCase(page, 'Harbour', folder);
    await page.getByRole('button', { name: /Harbour/ }).click();
    await page.getByRole('menuitem', { name: 'Close case' }).click();
    const recent = page.getByRole('list', { name: 'Recent cases' });
    await recent.getByRole('button', { name: /^Harbour/ }).click();
    await page.getByRole('heading', { name: 'No evidence yet' }).waitFor();

    await page.getByRole('button', { name: /Harbour/ }).click();
    await page.getByRole('menuitem', { name: 'Close case' }).click();
    await recent.waitFor();
    await rename(join(folder, 'Harbour.trailbench'), join(folder, 'Elsewhere.trailbench'));
    await page.reload();
    await recent.getByText('missing').waitFor();
    expect(await recent.getByRole('button', { name: /^Harbour/ }).isDisabled()).toBe(true);
    await recent.getByRole('button', { name: /^Forget Harbour/ }).click();
    await expect.poll(() => recent.count()).toBe(0);
  });

  test('refusals are shown in place: a folder that is no case, a name that is taken, a case open elsewhere', async () => {
    const { page, folder } = await start();
    const alert = page.getByRole('main').getByRole('alert');
    await mkdir(join(folder, 'Empty.trailbench'));
    await page.getByRole('button', { name: 'Open case…' }).click();
    await goToFolder(page, join(folder, 'Empty.trailbench'));
    await page.getByRole('button', { name: 'Open case', exact: true }).click();
    await alert.waitFor();

    await createCase(page, 'Taken', folder);
    await page.getByRole('heading', { name: 'No evidence yet' }).waitFor();
    await page.getByRole('button', { name: /Taken/ }).click();
    await page.getByRole('menuitem', { name: 'Close case' }).click();
    await createCase(page, 'Taken', folder);
    await alert.getByText('There is a case already').waitFor();

    const other = await serveTo(join(folder, 'other'), join(folder, 'Taken.trailbench'));
    try {
      await page
        .getByRole('list', { name: 'Recent cases' })
        .getByRole('button', { name: /^Taken/ })
        .click();
      await alert.getByText('The case is open elsewhere').waitFor();
    } finally {
      await other.close();
    }
  });
});

describe('the shell', () => {
  test('the theme is chosen, remembered over a reload, and follows the system if told to', async () => {
    const { page } = await start({ colorScheme: 'light' });
    const theme = (): Promise<string | null> => page.locator('html').getAttribute('data-theme');
    await page.getByRole('button', { name: 'Settings' }).click();
    expect(await theme()).toBe('dark');
    await page.getByLabel('Light').check();
    expect(await theme()).toBe('light');
    await page.reload();
    await page.getByRole('button', { name: 'Settings' }).click();
    expect(await theme()).toBe('light');
    expect(await page.getByLabel('Light').isChecked()).toBe(true);
    await page.getByLabel('As the system').check();
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(theme).toBe('dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(theme).toBe('light');
  });

  test('an engine that dies is replaced: the page says so and the case is open again', async () => {
    const { page, folder } = await start();
    await createCase(page, 'Storm', folder);
    await page.getByRole('heading', { name: 'No evidence yet' }).waitFor();
    await page.getByRole('button', { name: 'Settings' }).click();
    const shown = await page.getByText(/^process \d+$/).innerText();
    await page.keyboard.press('Escape');
    process.kill(Number(shown.replace('process ', '')), 'SIGKILL');
    await page.getByRole('alert').getByText('The engine stopped and was started again').waitFor();
    await page.getByRole('link', { name: 'Custody' }).click();
    await page.getByText('hash chain intact').waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).first().click();
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
  });

  test('what could not be read is told in the engine’s words, and comes when tried again', async () => {
    const { page, folder } = await start();
    await createCase(page, 'Weak disk', folder);
    await page.getByRole('heading', { name: 'No evidence yet' }).waitFor();
    const message = 'The disk did not answer. Check its cable, then try again.';
    const heal = await injectFault(page, ['/case/custody'], { kind: 'error', code: 'IO_FAILED', message });
    await page.reload();
    await page.getByRole('link', { name: 'Custody' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText(message).waitFor();
    expect(await alert.innerText()).toBe(`The disk or file system failed\n\n${message}\n\nTry again`);
    heal();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('hash chain intact').waitFor();
    expect(await alert.count()).toBe(0);
  });

  test('menus and dialogs work from the keyboard and give the focus back', async () => {
    const { page, folder } = await start();
    await createCase(page, 'Keys', folder);
    await page.getByRole('heading', { name: 'No evidence yet' }).waitFor();
    const caseButton = page.getByRole('button', { name: /Keys/ });
    await caseButton.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Copy path of the case folder');
    await page.keyboard.press('Escape');
    expect(await caseButton.evaluate((button) => button === document.activeElement)).toBe(true);
    const settings = page.getByRole('button', { name: 'Settings' });
    await settings.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await settings.evaluate((button) => button === document.activeElement)).toBe(true);
  });

  test('the schema page finds columns and shows how derived ones come about', async () => {
    const { page, folder } = await start();
    await createCase(page, 'Words', folder);
    await page.getByRole('link', { name: /^Schema/ }).click();
    await page.getByLabel('Search columns').fill('sourceIPAddress valid');
    const rows = page.getByRole('region', { name: 'Table events' }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(1);
    expect(await rows.innerText()).toContain('sourceIp');
    await page.reload();
    expect(await page.getByLabel('Search columns').inputValue()).toBe('sourceIPAddress valid');
    await page.getByLabel('Search columns').fill('actor');
    await page.getByText('How it is derived').first().click();
    await page.getByText("WHEN 'Root' THEN 'root'").waitFor();

    await page.getByLabel('Search columns').fill('');
    await page.getByRole('link', { name: /^rejected/ }).click();
    await page.getByRole('link', { name: 'Open in SQL' }).click();
    await page.getByText('SELECT * FROM rejected LIMIT 100').waitFor();
    expect(page.url()).toMatch(/#\/sql$/);
  });
});
