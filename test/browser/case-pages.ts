import { vi } from 'vitest';
import type { Locator, Page } from 'playwright-core';

/** Makes a case in a folder of the engine's machine, through the welcome page and the folder browser. */
export async function createCase(page: Page, name: string, folder: string): Promise<void> {
  await page.getByLabel('Name of the new case').fill(name);
  await page.getByRole('button', { name: 'Choose place…' }).click();
  await goToFolder(page, folder);
  await page.getByRole('button', { name: 'Create here' }).click();
}

/** Imports a folder through the import dialog and waits for its end. */
export async function importFolder(page: Page, folder: string): Promise<void> {
  await page.getByRole('button', { name: 'Import evidence…' }).first().click();
  await page.getByRole('button', { name: 'Add folder…' }).click();
  await goToFolder(page, folder);
  await page.getByRole('button', { name: 'Choose this folder' }).click();
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('region', { name: 'Accounting: This import' }).waitFor({ timeout: 50_000 });
}

export async function goToFolder(page: Page, folder: string): Promise<void> {
  const place = page.getByLabel('Folder on the engine’s machine');
  // The folder it starts in has to be there before another one is typed over it.
  await vi.waitUntil(async () => (await place.inputValue()) !== '', { timeout: 10_000 });
  await place.fill(folder);
  await page.getByRole('button', { name: 'Go', exact: true }).click();
}

/** The numbers of an accounting equation as shown: read, stored, duplicate, rejected. */
export async function equation(page: Page, title: string): Promise<string> {
  const text = await accounting(page, title).locator('.equation').innerText();
  return text.replace(/\s+/g, ' ');
}

export function accounting(page: Page, title: string): Locator {
  return page.getByRole('region', { name: `Accounting: ${title}` });
}

/** The texts of a grid's rows that are drawn now, cell by cell. */
export async function gridRows(page: Page, label: string): Promise<string[][]> {
  const rows = page.getByRole('grid', { name: label }).locator('[role=row]:has([role=gridcell])');
  return Promise.all((await rows.all()).map((row) => row.getByRole('gridcell').allInnerTexts()));
}
