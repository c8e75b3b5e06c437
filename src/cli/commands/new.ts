import { terminalText } from '../terminal-text.ts';
import { withEngine } from '../session.ts';
import { exitCodes } from '../exit-codes.ts';
import type { AddCommand } from '../run-cli.ts';

export const addNewCommand: AddCommand = (program, run) => {
  program
    .command('new')
    .description('Make an empty case.')
    .argument('<case>', 'the case folder to make')
    .option('--json', 'print the case as one JSON object')
    .action(
      run(async (session, path: string, options: { json?: true }) => {
        const info = await withEngine(session, (api) => api.case.create({ path }));
        const text = options.json ? JSON.stringify(info) : `Made the case ${terminalText(info.path)}`;
        await session.stdout.write(`${text}\n`);
        return exitCodes.done;
      }),
    );
};
