import { app, session } from 'electron';
import { isOwnUrl, pageUrl } from './page.ts';

/** Chromium's own traffic (updates, dictionaries, pings) off. To be called before the app is ready. */
export function silenceChromium(): void {
  app.commandLine.appendSwitch('disable-background-networking');
  app.commandLine.appendSwitch('disable-component-update');
  app.commandLine.appendSwitch('no-pings');
}

/**
 * The page may load its own files and write text to the clipboard: no other request, permission, navigation, window,
 * webview or download. Log fields are text that an attacker chose; what gets past the page's escaping ends here.
 */
export function lockDown(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionCheckHandler((_contents, permission) => permission === 'clipboard-sanitized-write');
  defaultSession.setPermissionRequestHandler((_contents, permission, decide) =>
    decide(permission === 'clipboard-sanitized-write'),
  );
  defaultSession.setDevicePermissionHandler(() => false);
  defaultSession.setSpellCheckerEnabled(false);
  defaultSession.on('will-download', (event) => event.preventDefault());
  defaultSession.webRequest.onBeforeRequest((request, decide) =>
    decide({ cancel: !isOwnUrl(request.url) && !request.url.startsWith('devtools://') }),
  );

  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.on('will-frame-navigate', (event) => {
      // The page may load itself again.
      if (!event.isMainFrame || event.url.split('#')[0] !== pageUrl) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
  });
}
