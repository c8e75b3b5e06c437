import { vi } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import type { FaultProxy } from '../acquisition/support/fault-proxy.ts';
import type { S3Keys } from '../acquisition/support/rgw.ts';

export interface SourcePlace {
  readonly url: string;
  readonly endpointUrl: string;
  /** Left out: the default credentials. */
  readonly profile?: string;
}

/** A section of the AWS CLI's credentials file. */
export function keysOf(profile: string, { accessKeyId, secretAccessKey }: S3Keys): string {
  return `[${profile}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}

export function sourceDialog(page: Page): Locator {
  return page.getByRole('dialog', { name: /^Fetch/ });
}

/** Opens the source dialog on the Sources page and fills in where the bucket is. */
export async function fillPlace(page: Page, { url, endpointUrl, profile }: SourcePlace): Promise<Locator> {
  await page.getByRole('link', { name: /^Sources/ }).click();
  await page.getByRole('main').getByRole('button', { name: 'Fetch from S3…' }).click();
  const dialog = sourceDialog(page);
  await dialog.getByRole('textbox', { name: /^Bucket/ }).fill(url);
  if (profile !== undefined) await chooseProfile(dialog, profile);
  await dialog.getByText('Region, S3-compatible stores, requester pays').click();
  await dialog.getByRole('textbox', { name: /^Endpoint URL/ }).fill(endpointUrl);
  await dialog.getByRole('checkbox', { name: /path style/ }).check();
  return dialog;
}

/** By its name, whatever the list says of it. */
export async function chooseProfile(dialog: Locator, profile: string): Promise<void> {
  const option = dialog.locator('option', { hasText: new RegExp(`^\\s*${profile} \\(`) });
  await option.waitFor({ state: 'attached' });
  await dialog.getByRole('combobox', { name: /^Credentials/ }).selectOption((await option.getAttribute('value')) ?? '');
}

/** Asks the bucket what it holds, and waits for the tree. */
export async function connect(page: Page): Promise<Locator> {
  await sourceDialog(page).getByRole('button', { name: 'Connect' }).click();
  const tree = streamTree(page);
  await tree.waitFor();
  return tree;
}

export function streamTree(page: Page): Locator {
  return page.getByRole('tree', { name: 'Streams of the trail' });
}

/** The rows of the tree that are drawn: level and name. */
export async function treeRows(page: Page): Promise<[level: number, name: string][]> {
  const items = await streamTree(page).getByRole('treeitem').all();
  return Promise.all(
    items.map(async (item) => [
      Number(await item.getAttribute('aria-level')),
      ((await item.getAttribute('aria-label')) ?? '').replace(/, [^,]*$/, ''),
    ]),
  );
}

export function treeItem(page: Page, name: string): Locator {
  return streamTree(page).getByRole('treeitem', { name: `${name}, ` });
}

export function fetchPanel(page: Page): Locator {
  return page.getByRole('region', { name: 'Fetch', exact: true });
}

/** The outcome's facts in the job panel, `Downloaded 3 of 3 objects`, once the job has ended with `outcome`. */
export async function endedFetch(page: Page, outcome: 'done' | 'cancelled' | 'failed'): Promise<string> {
  await fetchPanel(page).getByText(outcome, { exact: true }).waitFor({ timeout: 50_000 });
  return oneLine(await fetchPanel(page).innerText());
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Presses Tab until the focus is on what is meant, as someone without a mouse does. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  const isThere = () => target.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < 120; presses += 1) {
    if (await isThere()) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never came to ${target.toString()}`);
}

/** Stands before the downloads of objects: the first `free` pass, the others wait until it is opened. */
export class DownloadGate {
  #open: () => void = () => undefined;
  #asked = 0;
  readonly #free: number;

  constructor(proxy: FaultProxy, free: number) {
    const opened = new Promise<void>((resolve) => (this.#open = resolve));
    this.#free = free;
    proxy.before = ({ method, key }) => {
      if (method !== 'GET' || key === '') return;
      this.#asked += 1;
      if (this.#asked > free) return opened;
    };
  }

  /** Downloads that were asked for, waiting ones among them. */
  get asked(): number {
    return this.#asked;
  }

  /** Until downloads wait here. */
  async isHolding(): Promise<void> {
    await vi.waitUntil(() => this.#asked > this.#free, { timeout: 30_000 });
  }

  open(): void {
    this.#open();
  }
}
