import { join } from 'node:path';
import { app, protocol, type WebFrameMain } from 'electron';
import { pageHeaders, readPageFile } from '#engine/host/page-files.ts';

const ownOrigin = 'app://trailbench';

/** The address of electron-vite's server under `npm run dev`; a packaged app never has one. */
const devServerUrl = app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL'];

export const pageUrl = devServerUrl ?? `${ownOrigin}/index.html`;
const pageOrigin = devServerUrl ? new URL(devServerUrl).origin : ownOrigin;

/** To be called before the app is ready. */
export function declarePageScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
}

/** Serves the built page as `app://trailbench/`, and takes the file: scheme from everyone. */
export function servePage(): void {
  const folder = join(app.getAppPath(), 'out/renderer');
  protocol.handle('file', () => new Response(null, { status: 403 }));
  protocol.handle('app', async (request) => {
    const { host, pathname } = new URL(request.url);
    const file = host === 'trailbench' && request.method === 'GET' ? await readPageFile(folder, pathname) : null;
    if (!file) return new Response('There is no such page.', { status: 404, headers: pageHeaders });
    return new Response(new Uint8Array(file.body), { headers: { ...pageHeaders, 'Content-Type': file.contentType } });
  });
}

/** True for the page itself and what it loads. */
export function isOwnUrl(url: string): boolean {
  if (url === pageOrigin || url.startsWith(`${pageOrigin}/`)) return true;
  return devServerUrl !== undefined && url.startsWith(`${pageOrigin.replace(/^http/, 'ws')}/`);
}

/** True if a message comes from our page's top frame. */
export function isOwnFrame(frame: WebFrameMain | null): frame is WebFrameMain {
  return frame !== null && frame.parent === null && frame.origin === pageOrigin;
}
