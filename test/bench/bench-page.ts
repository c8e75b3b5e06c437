import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type Page } from 'playwright-core';
import { builtFile, type BenchContext } from './bench-context.ts';
import { installProbe, type Reaction } from './page-probe.ts';

/** The page on the bench's case, in Chromium, served by the built command line. */
export interface BenchPage {
  readonly page: Page;
  readonly browserVersion: string;
  close(): Promise<void>;
}

export async function openBenchPage(bench: BenchContext): Promise<BenchPage> {
  const server = spawn(
    process.execPath,
    [builtFile(bench.root, 'main/cli.js'), 'serve', bench.casePath, '--port', '0', '--no-open'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, TRAILBENCH_DATA_FOLDER: join(bench.workFolder, 'data') },
    },
  );
  let browser: Browser | null = null;
  const close = async () => {
    await browser?.close();
    await end(server);
  };
  try {
    const url = await firstLine(server);
    browser = await chromium.launch({
      executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
      // The scroll bar is dragged.
      ignoreDefaultArgs: ['--hide-scrollbars'],
    });
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    await page.addInitScript(installProbe);
    await page.goto(url);
    await page.getByRole('grid', { name: 'Events' }).waitFor();
    return { page, browserVersion: browser.version(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Milliseconds between frames while `work` goes on. */
export async function framesDuring(page: Page, work: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => benchProbe.startFrames());
  await work();
  return page.evaluate(() => benchProbe.stopFrames());
}

/** Milliseconds from the first `eventType` of `act` until the page shows its effect. */
export async function reactionTo(
  page: Page,
  eventType: string,
  reaction: Reaction,
  act: () => Promise<void>,
): Promise<number> {
  await page.evaluate((input) => benchProbe.expect(input.eventType, input.reaction), { eventType, reaction });
  await act();
  return page.evaluate(() => benchProbe.reacted());
}

async function firstLine(server: ChildProcess): Promise<string> {
  if (!server.stdout) throw new Error('The server has no output.');
  const lines = createInterface({ input: server.stdout });
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(server, 'exit').then(() => Promise.reject(new Error('“trailbench serve” ended at once.'))),
  ]);
  return String(line);
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  await ended;
}
