import type { Page } from 'playwright-core';

/** Whatever hostile text made happen in a page. */
export interface Watch {
  /** Dialogs, windows, downloads, foreign frames and navigations, requests that are not the page’s own. */
  readonly happenings: readonly string[];
  /** What has run or was stopped by the page’s policy; every element and attribute that hostile text could have made. */
  traces(): Promise<readonly string[]>;
}

/** `isOwn` tells the addresses that the page itself may ask for. To be called before anything hostile is shown. */
export async function watchPage(page: Page, isOwn: (url: string) => boolean): Promise<Watch> {
  const happenings: string[] = [];
  page.on('dialog', (dialog) => {
    happenings.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('popup', (popup) => happenings.push(`window ${popup.url()}`));
  page.on('download', (download) => happenings.push(`download ${download.url()}`));
  page.on('frameattached', () => happenings.push('frame'));
  page.on('framenavigated', (frame) => !isOwn(frame.url()) && happenings.push(`navigation ${frame.url()}`));
  page.on('request', (request) => !isOwn(request.url()) && happenings.push(`request ${request.url()}`));
  page.on('websocket', (socket) => happenings.push(`socket ${socket.url()}`));
  page.on('pageerror', (error) => happenings.push(`error ${error.message}`));
  await page.evaluate(setCanary);
  return { happenings, traces: () => page.evaluate(findTraces) };
}

/** Many of them lie over the buttons at the top, and some beyond the window. */
export async function dismissNotices(page: Page): Promise<void> {
  const dismiss = page.locator('.notices').getByRole('button', { name: 'Dismiss' });
  await dismiss.evaluateAll((buttons) => {
    for (const button of buttons) (button as HTMLElement).click();
  });
}

/** Runs in the page. */
export function setCanary(): void {
  const ran: string[] = [];
  Object.assign(window, { ran, canary: (name: unknown) => ran.push(`ran ${String(name)}`) });
  document.addEventListener('securitypolicyviolation', (event) => {
    ran.push(`stopped ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
  });
}

/** Runs in the page, or in a report. Written against an own list: nothing of the product’s sanitiser is in it. */
export function findTraces(): string[] {
  const traces = [...((window as unknown as { ran?: string[] }).ran ?? ['no canary'])];
  // eslint-disable-next-line no-control-regex
  const misleading = /[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2066-\u2069]/;
  const inProse = new Set(
    'A BLOCKQUOTE BR CODE DEL EM H1 H2 H3 H4 H5 H6 HR LI OL P PRE STRONG TABLE TBODY TD TH THEAD TR UL'.split(' '),
  );
  for (const element of document.querySelectorAll('.markdown *')) {
    const attributes = element.getAttributeNames().filter((name) => !['href', 'align', 'start'].includes(name));
    if (!inProse.has(element.tagName)) traces.push(`prose has ${element.outerHTML.slice(0, 200)}`);
    if (attributes.length > 0) traces.push(`prose has ${attributes.join(', ')}: ${element.outerHTML.slice(0, 200)}`);
  }
  for (const link of document.querySelectorAll('.markdown a')) {
    const href = link.getAttribute('href') ?? '';
    if (!/^(\.\/)?[^/?#\\:]+\.md$/.test(href)) traces.push(`prose links to ${href}`);
  }
  const never =
    'iframe, frame, object, embed, base, body img:not(.cm-widgetBuffer), body script, body link, body style, body meta, template, video, audio, form, math, portal, marquee, xmp, noscript, foreignObject, use, image, animate';
  for (const element of document.querySelectorAll(never)) traces.push(`there is ${element.outerHTML.slice(0, 200)}`);
  for (const element of document.querySelectorAll('body, body *')) {
    for (const { name, value } of element.attributes) {
      if (/^on|^(src|srcdoc|action|formaction|ping|background|poster|srcset|data|xlink:href)$/i.test(name))
        traces.push(`${element.tagName} has ${name}=${value.slice(0, 100)}`);
      const leads = name === 'href' && element.tagName !== 'LINK' && !/^(#|(\.\/)?[^/?#\\:]+\.md$)/.test(value);
      if (leads) traces.push(`${element.tagName} leads to ${value.slice(0, 100)}`);
      // Of a tooltip as of a text: nothing in it hides or turns what is around it.
      if (['title', 'aria-label'].includes(name) && misleading.test(value))
        traces.push(`${element.tagName} has a misleading ${name}: ${JSON.stringify(value.slice(0, 100))}`);
    }
  }
  const found = misleading.exec(document.body.innerText);
  if (found) {
    const at = found.index;
    traces.push(`misleading text ${JSON.stringify(document.body.innerText.slice(Math.max(0, at - 60), at + 40))}`);
  }
  if ('polluted' in {} || 'canary' in {}) traces.push('Object.prototype was changed');
  return traces;
}
