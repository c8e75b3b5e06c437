import { exitCodes } from '../exit-codes.ts';
import { infoText } from '../formats/summary.ts';
import type { AddCommand } from '../run-cli.ts';
import { findCase, withEngine } from '../session.ts';

export const addInfoCommand: AddCommand = (program, run) => {
  program
    .command('info')
    .description('Show what a case holds.')
    .argument('<case>', 'the case folder')
    .option('--json', 'print one JSON object: the case, and its accounting under “accounting”')
    .action(
      run(async (session, path: string, options: { json?: true }) =>
        withEngine(session, async (api) => {
          const info = await api.case.open({ path: (await findCase(path)) ?? path });
          const accounting = await api.evidence.accounting();
          const text = options.json ? JSON.stringify({ ...info, accounting }) : infoText(info, accounting);
          await session.stdout.write(`${text}\n`);
          return exitCodes.done;
        }),
      ),
    );
};
