import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowserApp, type BrowserApp } from './browser-app.ts';
import { accounting, createCase, equation, goToFolder, importFolder } from './case-pages.ts';
import { writeLongTrail } from './trail-files.ts';

const files = 60;
const perFile = 5000;

describe('a long import', () => {
  let app: BrowserApp;
  let logs: string;

  beforeAll(async () => {
    app = await startBrowserApp();
    logs = join(app.folder, 'logs');
    await writeLongTrail(logs, files, perFile);
    await createCase(app.page, 'Long haul', app.folder);
  }, 120_000);
  afterAll(() => app.close());

  test('shows its progress, on every page and after a reload, and stops when cancelled', async () => {
    const { page } = app;
    await page.getByRole('button', { name: 'Import evidence…' }).first().click();
    await page.getByRole('button', { name: 'Add folder…' }).click();
    await goToFolder(page, logs);
    await page.getByRole('button', { name: 'Choose this folder' }).click();
    await page.getByRole('dialog').getByText(`${files} files, `).waitFor();
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    const panel = page.getByRole('region', { name: 'Import', exact: true });
    await panel.getByText(`of ${files}`).waitFor();
    await page.reload();
    await panel.getByRole('progressbar').waitFor();
    await page.getByRole('link', { name: 'Custody' }).click();
    await page.getByRole('progressbar', { name: 'Import progress' }).waitFor();
    await page.getByRole('link', { name: /^Evidence/ }).click();
    await panel.getByRole('button', { name: 'Cancel' }).click();
    await panel.getByText('cancelled', { exact: true }).waitFor();

    await page.getByRole('link', { name: 'Imports' }).click();
    await page.getByRole('region', { name: 'Imports' }).getByText('cancelled').waitFor();
    const text = await equation(page, 'Whole case');
    const [read = NaN, stored = NaN] = [...text.matchAll(/[\d,]+/g)].map((match) =>
      Number(match[0].replaceAll(',', '')),
    );
    expect(text).toContain('✓ adds up');
    expect(stored).toBe(read);
    expect(stored).toBeLessThan(files * perFile);
    expect(stored % perFile).toBe(0);
  });

  test('is completed by importing the same folder again', async () => {
    const { page } = app;
    await importFolder(page, logs);
    const total = (files * perFile).toLocaleString('en-US');
    await expect
      .poll(() => equation(page, 'Whole case'))
      .toContain(`${total} stored + 0 duplicate + 0 rejected ✓ adds up`);
    expect(await accounting(page, 'This import').innerText()).toContain(`${files} files seen`);
    await page.getByRole('link', { name: `Timeline ${total}` }).waitFor();
    expect(app.problems).toEqual([]);
  });
});
