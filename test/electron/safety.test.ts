import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchApp, type RunningApp } from './launch.ts';

let app: RunningApp;
/** What an attacker would like the page to reach; counts who came. */
let outside: Server;
let outsideUrl: string;
let visits = 0;

beforeAll(async () => {
  outside = createServer((_request, response) => {
    visits += 1;
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.end('<title>outside</title>');
  });
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
  outsideUrl = `http://127.0.0.1:${(outside.address() as AddressInfo).port}/`;
  app = await launchApp();
});

afterAll(async () => {
  await app.close();
  outside.closeAllConnections();
  await new Promise((resolve) => outside.close(resolve));
});

test('the window is sandboxed, isolated and without Node', async () => {
  const preferences = await app.electron.evaluate(({ BrowserWindow }) =>
    // Not in Electron's types, though documented as what a security review reads.
    (
      BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
    ).getLastWebPreferences(),
  );
  expect(preferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    webviewTag: false,
  });
  const found = await app.page.evaluate(() =>
    ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'].filter((name) => name in window),
  );
  expect(found).toEqual([]);
});

test('the preload script exposes the Desktop interface and nothing else', async () => {
  const exposed = await app.page.evaluate(async () => {
    // A frame's window as Chromium makes it has no name that our own scripts added.
    const { trailbench } = window as unknown as { trailbench: Record<string, unknown> };
    return Object.entries(trailbench).map(([name, value]) => `${name}: ${typeof value}`);
  });
  expect(exposed.sort()).toEqual([
    'chooseCase: function',
    'chooseEvidence: function',
    'chooseNewCasePath: function',
    'chooseNotebook: function',
    'host: string',
    'openExternal: function',
    'pathOf: function',
    'setTitle: function',
  ]);
});

test('the page has its own origin, and no file outside the built page has an address', async () => {
  expect(await app.page.evaluate(() => window.location.origin)).toBe('app://trailbench');
  // The page itself may not even fetch; main's session asks the protocol handler.
  const fromPage = await app.page.evaluate(() =>
    fetch('/index.html').then(
      () => 'allowed',
      () => 'refused',
    ),
  );
  expect(fromPage).toBe('refused');
  const statuses = await app.electron.evaluate(async ({ session }) => {
    const status = (url: string) =>
      session.defaultSession.fetch(url).then(
        (response) => response.status,
        () => 'refused',
      );
    return {
      page: await status('app://trailbench/index.html'),
      missing: await status('app://trailbench/nothing.js'),
      parent: await status('app://trailbench/..%2f..%2fpackage.json'),
      encodedParent: await status('app://trailbench/%2e%2e/main/main.js'),
      hidden: await status('app://trailbench/.built-all'),
      otherHost: await status('app://other/index.html'),
      file: await status('file:///etc/hostname'),
    };
  });
  expect(statuses).toEqual({
    page: 200,
    missing: 404,
    parent: 404,
    encodedParent: 404,
    hidden: 404,
    otherHost: 404,
    file: 403,
  });
});

test('the content security policy is sent and holds', async () => {
  const policy = await app.electron.evaluate(async ({ session }) =>
    (await session.defaultSession.fetch('app://trailbench/')).headers.get('content-security-policy'),
  );
  expect(policy).toContain("default-src 'none'");
  expect(policy).toMatch(/script-src 'self';/);

  // In a task of its own: what Playwright evaluates is exempt from the policy.
  const outcome = await app.page.evaluate(
    () =>
      new Promise<Record<string, string>>((resolve) => {
        setTimeout(() => {
          const attempt = (act: () => unknown) => {
            try {
              act();
              return 'allowed';
            } catch (error) {
              return (error as Error).name;
            }
          };
          const script = document.createElement('script');
          // Trusted Types throw at the first; without them, the policy would stop the second.
          attempt(() => script.append(document.createTextNode('window.hasRunInline = true')));
          attempt(() => document.body.append(script));
          script.remove();
          resolve({
            // eslint-disable-next-line no-eval -- that it is refused is the point
            eval: attempt(() => globalThis.eval('1')),
            newFunction: attempt(() => new Function('return 1')() as unknown),
            innerHtml: attempt(() => (document.createElement('div').innerHTML = '<b>x</b>')),
            inlineHandler: attempt(() => document.createElement('div').setAttribute('onclick', 'window.x = 1')),
            inlineScript: 'hasRunInline' in window ? 'ran' : 'did not run',
          });
        });
      }),
  );
  expect(outcome).toEqual({
    eval: 'EvalError',
    newFunction: 'EvalError',
    innerHtml: 'TypeError',
    inlineHandler: 'TypeError',
    inlineScript: 'did not run',
  });
});

test('nothing outside is ever loaded', async () => {
  expect((await fetch(outsideUrl)).ok).toBe(true);
  expect(visits).toBe(1);
  const outcome = await app.page.evaluate(async (url) => {
    const settled = (target: GlobalEventHandlers) =>
      new Promise<string>((resolve) => {
        target.onload = () => resolve('loaded');
        target.onerror = () => resolve('refused');
      });
    const image = new Image();
    const style = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: url });
    const attempts = {
      fetch: fetch(url).then(
        () => 'loaded',
        () => 'refused',
      ),
      image: settled(image),
      style: settled(style),
      socket: new Promise<string>((resolve) => {
        try {
          const socket = new WebSocket(url.replace('http', 'ws'));
          socket.onopen = () => resolve('loaded');
          socket.onerror = () => resolve('refused');
        } catch {
          resolve('refused');
        }
      }),
    };
    image.src = url;
    document.head.append(style);
    navigator.sendBeacon(url, 'x');
    return {
      fetch: await attempts.fetch,
      image: await attempts.image,
      style: await attempts.style,
      socket: await attempts.socket,
    };
  }, outsideUrl);
  expect(outcome).toEqual({ fetch: 'refused', image: 'refused', style: 'refused', socket: 'refused' });

  // The second fence: even where no policy of the page applies, the session refuses.
  const bySession = await app.electron.evaluate(
    ({ session }, url) =>
      session.defaultSession.fetch(url).then(
        () => 'loaded',
        () => 'refused',
      ),
    outsideUrl,
  );
  expect(bySession).toBe('refused');
  expect(visits).toBe(1);
});

test('the page cannot be led elsewhere', async () => {
  for (const address of [outsideUrl, 'app://other/index.html', 'mailto:someone@example.com']) {
    const isPrevented = app.electron.evaluate(
      ({ webContents }) =>
        new Promise<boolean>((resolve) => {
          webContents.getAllWebContents()[0]?.once('will-frame-navigate', (event) => resolve(event.defaultPrevented));
        }),
    );
    await app.page.evaluate((url) => {
      const link = Object.assign(document.createElement('a'), { href: url });
      document.body.append(link);
      link.click();
      link.remove();
    }, address);
    expect(await isPrevented).toBe(true);
  }
  expect(app.page.url()).toMatch(/^app:\/\/trailbench\/index\.html(#|$)/);
  expect(visits).toBe(1);
});

test('no window, frame or webview can be opened', async () => {
  const outcome = await app.page.evaluate(async (url) => {
    const frame = document.createElement('iframe');
    const isFrameBlocked = new Promise<boolean>((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => {
        if (event.effectiveDirective === 'frame-src') resolve(true);
      });
    });
    frame.src = url;
    document.body.append(frame);
    const webview = document.createElement('webview');
    webview.setAttribute('src', url);
    document.body.append(webview);
    const result = {
      opened: window.open(url),
      openedBlank: window.open('about:blank'),
      isFrameBlocked: await isFrameBlocked,
      isWebviewAnUnknownElement: !('loadURL' in webview),
    };
    frame.remove();
    webview.remove();
    return result;
  }, outsideUrl);
  expect(outcome).toEqual({
    opened: null,
    openedBlank: null,
    isFrameBlocked: true,
    isWebviewAnUnknownElement: true,
  });
  const contents = await app.electron.evaluate(({ webContents }) => webContents.getAllWebContents().length);
  expect(contents).toBe(1);
  expect(visits).toBe(1);
});

test('no permission is granted but writing text to the clipboard', async () => {
  const names = ['geolocation', 'notifications', 'camera', 'microphone', 'midi', 'clipboard-read', 'storage-access'];
  const states = await app.page.evaluate(async (asked) => {
    const query = async (name: string) =>
      (await navigator.permissions.query({ name: name as PermissionName })).state as string;
    return Promise.all(asked.map(query));
  }, names);
  expect(states).toEqual(names.map(() => 'denied'));
  const requested = await app.page.evaluate(async () => ({
    notification: await Notification.requestPermission(),
    position: await new Promise<number>((resolve) =>
      navigator.geolocation.getCurrentPosition(
        () => resolve(0),
        (error) => resolve(error.code),
      ),
    ),
    read: await navigator.clipboard.readText().then(
      () => 'read',
      (error: Error) => error.name,
    ),
  }));
  expect(requested).toEqual({ notification: 'denied', position: 1, read: 'NotAllowedError' });
});

test('downloads are refused', async () => {
  const isPrevented = app.electron.evaluate(
    ({ session }) =>
      new Promise<boolean>((resolve) => {
        session.defaultSession.once('will-download', (event) => resolve(event.defaultPrevented));
      }),
  );
  await app.page.evaluate(() => {
    const link = Object.assign(document.createElement('a'), {
      href: URL.createObjectURL(new Blob(['x'])),
      download: 'x.txt',
    });
    document.body.append(link);
    link.click();
    link.remove();
  });
  expect(await isPrevented).toBe(true);
});

test('only the page’s own frame is answered by main', async () => {
  const answers = await app.electron.evaluate(async ({ BrowserWindow, ipcMain }) => {
    // What ipcMain.handle registered, called as a foreign frame's message would call it.
    const handlers = (ipcMain as unknown as { _invokeHandlers: Map<string, (event: unknown) => unknown> })
      ._invokeHandlers;
    const sender = BrowserWindow.getAllWindows()[0]?.webContents;
    const foreign = { parent: null, origin: 'https://example.com' };
    const nested = { parent: sender?.mainFrame, origin: 'app://trailbench' };
    const results: string[] = [];
    for (const [channel, handler] of handlers) {
      for (const senderFrame of [foreign, nested, null]) {
        try {
          await handler({ sender, senderFrame });
          results.push(`${channel} answered`);
        } catch (error) {
          results.push((error as Error).message.replace(channel, 'channel'));
        }
      }
    }
    return results;
  });
  // Six channels, three frames.
  expect(answers.length).toBe(18);
  expect(new Set(answers)).toEqual(new Set(['channel: not for this sender']));
});
