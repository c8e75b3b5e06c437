import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { app, BrowserWindow, dialog } from 'electron';
import { handleDesktop } from './desktop-handlers.ts';
import { hostEngine } from './engine-host.ts';
import { lockDown, silenceChromium } from './lockdown.ts';
import { setMenu } from './menu.ts';
import { declarePageScheme, servePage } from './page.ts';
import { openWindow } from './window.ts';

const dataFolder = process.env['TRAILBENCH_DATA_FOLDER'] ?? app.getPath('userData');
if (process.env['TRAILBENCH_DATA_FOLDER']) app.setPath('userData', join(dataFolder, 'electron'));
mkdirSync(dataFolder, { recursive: true });

if (app.requestSingleInstanceLock()) {
  silenceChromium();
  declarePageScheme();
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('window-all-closed', () => app.quit());
  // Not awaited at top level: an ESM main that does so never starts.
  void app.whenReady().then(start);
} else {
  app.quit();
}

function start(): void {
  lockDown();
  servePage();
  setMenu();
  handleDesktop();
  const engine = hostEngine(dataFolder, casePathArgument());
  const window = openWindow(dataFolder);
  void engine.firstStart().then((problem) => {
    if (problem) void dialog.showMessageBox(window, { type: 'warning', message: problem.message });
  });

  // Electron's own handlers do not wait for the engine to close the case.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit());
  let isEngineStopped = false;
  app.on('before-quit', (event) => {
    if (isEngineStopped) return;
    event.preventDefault();
    void engine.stop().then(() => {
      isEngineStopped = true;
      app.quit();
    });
  });
}

/** `trailbench /path/to/x.trailbench` opens that case. */
function casePathArgument(): string | null {
  const path = process.argv.slice(1).find((argument) => argument.endsWith('.trailbench'));
  return path ? resolve(path) : null;
}
