import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { serveCase, type Serving } from '../../src/cli/serve.ts';

const builtFile = (path: string): string => fileURLToPath(new URL(`../../out/${path}`, import.meta.url));

/** The built app, served by the real `serve` to a real Chromium. */
export interface BrowserApp {
  readonly page: Page;
  readonly serving: Serving;
  /** A fresh folder of this machine; removed by `close`. */
  readonly folder: string;
  /** What the page logged as an error or threw, content security policy violations among it. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

export async function startBrowserApp(
  options: BrowserContextOptions & { casePath?: string } = {},
): Promise<BrowserApp> {
  const { casePath, ...contextOptions } = options;
  const folder = await mkdtemp(join(tmpdir(), 'trailbench-browser-'));
  const serving = await serveTo(folder, casePath ?? null);
  const browser = await launchChromium();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...contextOptions });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    // The page that sets the cookie names no icon, so Chromium looks for one.
    const isFavicon = message.location().url.endsWith('/favicon.ico');
    if (message.type() === 'error' && !isFavicon) problems.push(message.text());
  });
  await page.goto(serving.url);
  await page.getByRole('main').waitFor();
  return {
    page,
    serving,
    folder,
    problems,
    close: async () => {
      await browser.close();
      await serving.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A server of the built app with its own data folder below `folder`. */
export function serveTo(folder: string, casePath: string | null): Promise<Serving> {
  return serveCase({
    port: 0,
    casePath,
    dataFolder: join(folder, 'data'),
    version: '0.0.0-test',
    engineProcessPath: builtFile('main/engine-process.js'),
    pageFolder: builtFile('renderer'),
  });
}

/** Debian's Chromium, or the one that CHROMIUM_PATH names. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    // Root in a container has no user namespaces for Chromium's sandbox.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
}
