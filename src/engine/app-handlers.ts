import { version as duckdbVersion } from '@duckdb/node-api';
import { listFolder } from './files/list-folder.ts';
import { os } from './implementer.ts';

export const appHandlers = {
  info: os.app.info.handler(({ context }) => ({
    version: context.options.version,
    duckdbVersion: duckdbVersion(),
    processId: process.pid,
    logPath: context.logPath,
  })),
  changes: os.app.changes.handler(async ({ context, signal }) => context.changes.watch(signal)),
  listFolder: os.app.listFolder.handler(({ input }) => listFolder(input.path)),
};
