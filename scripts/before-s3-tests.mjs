// Vitest's set-up that gives tests a real S3 server: one for the whole run, started when the first test asks for it,
// whichever project that is of. TRAILBENCH_TEST_S3=http://127.0.0.1:18580 uses one that runs already, which saves its
// start (`start-rgw /tmp/rgw`; CEPH_CONF names its configuration if it lies elsewhere).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { root } from './setup.mjs';

/** @typedef {{ endpoint: string, accessKeyId: string, secretAccessKey: string, cephConfPath: string,
 *   isOfThisRun: boolean }} S3Server */

// Vitest loads this module once a project, in one process.
const key = Symbol.for('trailbench.s3-broker');
/** @type {{ [key]?: { users: number, broker: Promise<S3Broker> } }} */
const shared = globalThis;

/**
 * Gives a project's tests the address to ask for the server, as `s3Broker`. The server ends with the last project.
 * @param {import('vitest/node').TestProject} project
 * @returns {Promise<() => Promise<void>>}
 */
export async function setup(project) {
  const held = (shared[key] ??= { users: 0, broker: S3Broker.listen() });
  held.users += 1;
  const broker = await held.broker;
  project.provide('s3Broker', broker.url);
  return async () => {
    held.users -= 1;
    if (held.users > 0) return;
    delete shared[key];
    await broker.close();
  };
}

/** Tells tests, which run in processes of their own, where the server is; the first question starts it. */
class S3Broker {
  #child = null;
  /** @type {Promise<S3Server | { unavailable: string }> | null} */
  #server = null;
  #http = createServer((_request, response) => {
    this.#server ??= this.#start();
    this.#server.then(
      (server) => response.end(JSON.stringify(server)),
      (error) => response.writeHead(500).end(error.message),
    );
  });

  static async listen() {
    const broker = new S3Broker();
    broker.#http.listen(0, '127.0.0.1');
    await once(broker.#http, 'listening');
    return broker;
  }

  get url() {
    return `http://127.0.0.1:${this.#http.address().port}`;
  }

  async #start() {
    const running = process.env.TRAILBENCH_TEST_S3;
    if (running) {
      const cephConfPath = process.env.CEPH_CONF ?? '/tmp/rgw/ceph.conf';
      return {
        endpoint: running,
        accessKeyId: 'PEERKEY',
        secretAccessKey: 'peersecret',
        cephConfPath,
        isOfThisRun: false,
      };
    }
    // In a group of its own, so that Ctrl-C leaves it the time to clear up; it ends with its stdin.
    this.#child = spawn(process.execPath, [join(root, 'scripts/s3-server.mjs')], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const errors = text(this.#child.stderr);
    for await (const line of createInterface({ input: this.#child.stdout })) {
      return { ...JSON.parse(line), isOfThisRun: true };
    }
    throw new Error(`The S3 server for tests did not start: ${await errors}`);
  }

  async close() {
    this.#http.closeAllConnections();
    this.#http.close();
    if (!this.#child || this.#child.exitCode !== null) return;
    this.#child.stdin.end();
    await once(this.#child, 'exit');
  }
}
