import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowserApp, type BrowserApp } from './browser-app.ts';
import { accounting, createCase, equation, gridRows, importFolder } from './case-pages.ts';
import { hostileName, writeTrail } from './trail-files.ts';

const ledger = 'Ledger of evidence files';

describe('from an empty case to an accounted import', () => {
  let app: BrowserApp;
  let logs: string;

  beforeAll(async () => {
    app = await startBrowserApp();
    logs = join(app.folder, 'logs');
    await writeTrail(logs);
  });
  afterAll(() => app.close());

  test('a new case opens on its evidence page, which says what to do', async () => {
    await createCase(app.page, 'Night shift', app.folder);
    await app.page.getByRole('heading', { name: 'No evidence yet' }).waitFor();
    expect(await app.page.title()).toBe('Night shift · Trailbench');
    expect(app.page.url()).toContain('#/evidence');
  });

  test('the size is measured before an import, and a wrong place says so', async () => {
    const { page } = app;
    await page.getByRole('button', { name: 'Import evidence…' }).first().click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: 'Add folder…' }).click();
    const place = page.getByLabel('Folder on the engine’s machine');
    await expect.poll(() => place.inputValue()).not.toBe('');
    await place.fill(join(app.folder, 'nowhere'));
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    await page.getByRole('alert').getByText('nowhere').waitFor();
    await place.fill(logs);
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Choose this folder' }).isEnabled()).toBe(true);
    await page.getByRole('button', { name: 'Choose this folder' }).click();
    await dialog.getByText(/^3 files, /).waitFor();
    await page.keyboard.press('Escape');
    expect(await dialog.count()).toBe(0);
  });

  test('files dropped anywhere open the import dialog, which says why a browser cannot take their paths', async () => {
    const { page } = app;
    const data = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['{}'], 'dropped.json'));
      return transfer;
    });
    const sidebar = page.getByRole('navigation', { name: 'Pages' });
    await sidebar.dispatchEvent('dragenter', { dataTransfer: data });
    await sidebar.dispatchEvent('drop', { dataTransfer: data });
    const dialog = page.getByRole('dialog', { name: 'Import evidence' });
    await dialog.getByText('A browser does not tell where dropped files lie.').waitFor();
    await page.keyboard.press('Escape');
    expect(await dialog.count()).toBe(0);
  });

  test('after an import the equation holds, for it and for the whole case', async () => {
    await importFolder(app.page, logs);
    const expected = '6 records read = 4 stored + 1 duplicate + 1 rejected ✓ adds up';
    expect(await equation(app.page, 'This import')).toBe(expected);
    await expect.poll(() => equation(app.page, 'Whole case')).toBe(expected);
    expect(await accounting(app.page, 'Whole case').innerText()).toContain(
      '3 files seen: 2 imported, 0 unchanged, 1 other',
    );
    await app.page.getByRole('link', { name: 'Timeline 4' }).waitFor();
  });

  test('the same folder again adds nothing', async () => {
    await app.page.getByRole('button', { name: 'Put away' }).click();
    await importFolder(app.page, logs);
    expect(await accounting(app.page, 'This import').innerText()).toContain('3 unchanged');
    await expect.poll(() => equation(app.page, 'Whole case')).toContain('4 stored + 1 duplicate + 1 rejected');
    await app.page.getByRole('link', { name: 'Timeline 4' }).waitFor();
  });

  test('the ledger lists each file with its verdict, and filters to problems', async () => {
    const { page } = app;
    await expect.poll(async () => (await gridRows(page, ledger)).length).toBe(3);
    await page.getByLabel('Only problems').check();
    await expect.poll(async () => (await gridRows(page, ledger)).length).toBe(2);
    await page.getByLabel('Verdict').selectOption('other');
    await expect.poll(async () => (await gridRows(page, ledger)).length).toBe(1);
    expect((await gridRows(page, ledger))[0]?.join(' ')).toContain('notes.txt');
    await page.getByLabel('Verdict').selectOption('');
    await page.getByLabel('Only problems').uncheck();
    await page.getByLabel('Part of a path').fill('FIRST');
    await expect.poll(async () => (await gridRows(page, ledger)).length).toBe(1);
    await page.getByLabel('Part of a path').fill('no such file');
    await page.getByRole('heading', { name: 'No file matches' }).waitFor();
    await page.getByLabel('Part of a path').fill('');
  });

  test('a file’s details give hashes and rejected records; its name stays text', async () => {
    const { page } = app;
    await page.getByLabel('Part of a path').fill('onerror');
    await expect.poll(async () => (await gridRows(page, ledger)).length).toBe(1);
    await page.getByRole('grid', { name: ledger }).press('ArrowDown');
    const detail = page.getByRole('region', { name: /^Details of/ });
    await detail.getByText('record 2, byte').waitFor();
    const text = await detail.innerText();
    expect(text).toContain(join(logs, hostileName));
    expect(text).toMatch(/3 read = \d stored \+ \d duplicate \+ 1 rejected/);
    expect(text).toMatch(/[0-9a-f]{64}/);
    expect(await detail.locator('pre').first().innerText()).toContain('17');
    expect(await page.title()).toBe('Night shift · Trailbench');
    expect(await page.locator('img').count()).toBe(0);
    await page.getByRole('grid', { name: ledger }).press('Escape');
    await expect.poll(() => detail.count()).toBe(0);
  });

  test('imports are listed with their accounting', async () => {
    await app.page.getByRole('link', { name: 'Imports' }).click();
    const rows = app.page.getByRole('region', { name: 'Imports' }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(2);
    expect(await rows.allInnerTexts()).toEqual([expect.stringContaining('done'), expect.stringContaining('done')]);
  });

  test('custody tells what was done, and that its chain is whole', async () => {
    await app.page.getByRole('link', { name: 'Custody' }).click();
    await app.page.getByText('hash chain intact').waitFor();
    const actions = await app.page.locator('tbody td.action').allInnerTexts();
    expect(actions.filter((action) => action === 'import started')).toHaveLength(2);
    expect(actions.filter((action) => action === 'import finished')).toHaveLength(2);
  });

  test('nothing went wrong in the page on the way', () => {
    expect(app.problems).toEqual([]);
  });
});
