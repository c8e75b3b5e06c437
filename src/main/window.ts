import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { app, BrowserWindow, screen, type Rectangle } from 'electron';
import { pageUrl } from './page.ts';

/** Opens the one window, where it was last time. */
export function openWindow(dataFolder: string): BrowserWindow {
  const boundsPath = join(dataFolder, 'window.json');
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    ...lastBounds(boundsPath),
    minWidth: 900,
    minHeight: 600,
    show: false,
    backgroundColor: '#0f1216',
    webPreferences: {
      preload: join(app.getAppPath(), 'out/preload/preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  // The page's title comes through `Desktop.setTitle`.
  window.on('page-title-updated', (event) => event.preventDefault());
  window.on('close', () => saveBounds(boundsPath, window.getNormalBounds()));
  void window.loadURL(pageUrl);
  return window;
}

/** Null if never saved, or on a display that is not there now. */
function lastBounds(path: string): Rectangle | null {
  try {
    const bounds = JSON.parse(readFileSync(path, 'utf8')) as Rectangle;
    const { workArea } = screen.getDisplayMatching(bounds);
    const isVisible =
      bounds.x < workArea.x + workArea.width &&
      bounds.y < workArea.y + workArea.height &&
      bounds.x + bounds.width > workArea.x &&
      bounds.y + bounds.height > workArea.y;
    return isVisible ? bounds : null;
  } catch {
    return null;
  }
}

function saveBounds(path: string, bounds: Rectangle): void {
  try {
    writeFileSync(path, JSON.stringify(bounds));
  } catch {
    // The window opens at its default place next time.
  }
}
