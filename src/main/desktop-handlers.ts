import { join } from 'node:path';
import { app, BrowserWindow, dialog, ipcMain, shell, type IpcMainInvokeEvent, type OpenDialogOptions } from 'electron';
import { isSignInUrl } from '#shared/sign-in-url.ts';
import { isOwnFrame } from './page.ts';

/** Answers the preload script's side of the `Desktop` interface. */
export function handleDesktop(): void {
  handle('desktop:choose-new-case-path', async (window, suggestedName) => {
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      title: 'New case',
      buttonLabel: 'Create case',
      defaultPath: join(app.getPath('documents'), `${asText(suggestedName).replace(/[/\\:]/g, '-')}.trailbench`),
      properties: ['createDirectory'],
    });
    return canceled || !filePath ? null : filePath;
  });
  handle('desktop:choose-case', async (window) => {
    const [path] = await open(window, { title: 'Open case', buttonLabel: 'Open case', properties: ['openDirectory'] });
    return path ?? null;
  });
  handle('desktop:choose-evidence', (window, kind) =>
    open(window, {
      title: kind === 'folder' ? 'Import folders of logs' : 'Import log files',
      buttonLabel: 'Import',
      properties: [kind === 'folder' ? 'openDirectory' : 'openFile', 'multiSelections'],
    }),
  );
  handle('desktop:choose-notebook', async (window) => {
    const [path] = await open(window, {
      title: 'Import a notebook',
      buttonLabel: 'Import',
      properties: ['openFile'],
      filters: [
        { name: 'Notebooks (Markdown)', extensions: ['md', 'markdown'] },
        { name: 'All files', extensions: ['*'] },
      ],
    });
    return path ?? null;
  });
  handle('desktop:set-title', (window, title) => window.setTitle(asText(title)));
  handle('desktop:open-external', async (_window, url) => {
    if (typeof url !== 'string' || !isSignInUrl(url)) return false;
    return shell.openExternal(url).then(
      () => true,
      () => false,
    );
  });
}

/** Answers our own page's top frame only. */
function handle(channel: string, answer: (window: BrowserWindow, argument: unknown) => unknown): void {
  ipcMain.handle(channel, (event: IpcMainInvokeEvent, argument: unknown) => {
    const window = BrowserWindow.fromWebContents(event.sender);
    if (!window || !isOwnFrame(event.senderFrame)) throw new Error(`${channel}: not for this sender`);
    return answer(window, argument);
  });
}

async function open(window: BrowserWindow, options: OpenDialogOptions): Promise<string[]> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, options);
  return canceled ? [] : filePaths;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200) : '';
}
