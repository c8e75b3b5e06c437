import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';

export interface RunningApp {
  readonly electron: ElectronApplication;
  readonly page: Page;
  /** A fresh folder, the app's data folder in it; removed with the app. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Starts the built app in a real Electron (ELECTRON_OVERRIDE_DIST_PATH, else the one of node_modules). */
export async function launchApp(...args: string[]): Promise<RunningApp> {
  const folder = await mkdtemp(join(tmpdir(), 'trailbench-electron-'));
  const runtime = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  // Chromium's own sandbox refuses root; the page's `sandbox: true` is another matter, and is tested.
  const noSandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const electron = await _electron.launch({
    ...(runtime ? { executablePath: join(runtime, 'electron') } : {}),
    args: [...noSandbox, fileURLToPath(new URL('../..', import.meta.url)), ...args],
    env: { ...(process.env as Record<string, string>), TRAILBENCH_DATA_FOLDER: join(folder, 'data') },
  });
  const page = await electron.firstWindow();
  await page.getByRole('main').first().waitFor();
  return {
    electron,
    page,
    folder,
    close: async () => {
      await electron.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
