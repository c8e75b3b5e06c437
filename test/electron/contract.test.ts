import type { Page } from 'playwright-core';
import type { PortMessage } from '#shared/desktop.ts';
import { createPortWire, type OpenWire } from '../../src/renderer/connection/wire.ts';
import { contractCases } from '../contract/contract-cases.ts';
import { launchApp } from './launch.ts';

contractCases('Electron’s MessagePort from the page to the utility process', 'in its own process', async () => {
  const { page, folder, close } = await launchApp();
  return { folder, openWire: await pagePorts(page), close };
});

interface RelayWindow extends Window {
  relayed: Map<number, MessagePort>;
  relay(portId: number, type: 'message' | 'close', data: unknown): Promise<void>;
}

/**
 * Wires over ports that the page asks main for, as its own client does. What such a port receives is relayed to this
 * process, which runs the suite's client.
 */
async function pagePorts(page: Page): Promise<OpenWire> {
  const ports = new Map<number, RelayedPort>();
  await page.exposeFunction('relay', (portId: number, type: 'message' | 'close', data: unknown) => {
    ports.get(portId)?.receive(type, data);
  });
  await page.evaluate(() => ((window as unknown as RelayWindow).relayed = new Map()));
  return async () => {
    const port = new RelayedPort(page, ports.size);
    ports.set(ports.size, port);
    await port.open();
    return createPortWire(port as unknown as MessagePort);
  };
}

/** A port in the page, as seen from here. */
class RelayedPort extends EventTarget {
  readonly #page: Page;
  readonly #id: number;

  constructor(page: Page, id: number) {
    super();
    this.#page = page;
    this.#id = id;
  }

  async open(): Promise<void> {
    await this.#page.evaluate(async (id) => {
      const page = window as unknown as RelayWindow;
      const requestId = `relayed ${id}`;
      const port = await new Promise<MessagePort>((resolve) => {
        window.addEventListener('message', ({ data, ports }: MessageEvent<PortMessage>) => {
          if (data.type === 'trailbench:port' && data.requestId === requestId && ports[0]) resolve(ports[0]);
        });
        window.postMessage({ type: 'trailbench:connect', requestId }, window.location.origin);
      });
      page.relayed.set(id, port);
      port.addEventListener('message', ({ data }) => void page.relay(id, 'message', data));
      port.addEventListener('close', () => void page.relay(id, 'close', null));
      port.start();
    }, this.#id);
  }

  receive(type: 'message' | 'close', data: unknown): void {
    this.dispatchEvent(type === 'message' ? new MessageEvent(type, { data }) : new Event(type));
  }

  postMessage(data: string): void {
    void this.#page.evaluate(
      ([id, message]) => (window as unknown as RelayWindow).relayed.get(id)?.postMessage(message),
      [this.#id, data] as const,
    );
  }

  start(): void {}

  close(): void {
    void this.#page.evaluate((id) => (window as unknown as RelayWindow).relayed.get(id)?.close(), this.#id);
    // A port's own close() fires no event at its own end.
    this.receive('close', null);
  }
}
