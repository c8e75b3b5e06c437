import { once } from 'node:events';
import { InvalidArgumentError } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import type { AddCommand } from '../run-cli.ts';
import { openBrowser, serveCase } from '../serve.ts';
import { findCase } from '../session.ts';

interface ServeCommandOptions {
  readonly port: number;
  readonly open: boolean;
}

export const addServeCommand: AddCommand = (program, run) => {
  program
    .command('serve')
    .description('Serve the app to a browser on this machine, over 127.0.0.1 only.')
    .argument('[case]', 'a case to open at once')
    .option('--port <number>', 'the port; 0 for any free one', parsePort, 0)
    .option('--no-open', 'do not open a browser')
    .addHelpText(
      'after',
      '\nFrom another machine: ssh -L 8123:127.0.0.1:8123 HOST trailbench serve --port 8123 --no-open',
    )
    .action(
      run(async (session, path: string | undefined, options: ServeCommandOptions) => {
        const { version, engineProcessPath, pageFolder } = session.host;
        const casePath = path === undefined ? null : ((await findCase(path)) ?? path);
        const host = { version, engineProcessPath, pageFolder, dataFolder: session.dataFolder };
        const serving = await serveCase({ ...host, casePath, port: options.port });
        try {
          await session.stdout.write(`${serving.url}\n`);
          const isOpened = options.open && (await openBrowser(serving.url));
          const advice = isOpened ? 'Opened in the browser.' : 'Open this address in a browser; it works once.';
          await session.stderr.write(`${advice} Ctrl-C ends the server.\n`);
          if (!session.signal.aborted) await once(session.signal, 'abort');
        } finally {
          await serving.close();
        }
        return exitCodes.done;
      }),
    );
};

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}
