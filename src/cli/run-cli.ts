import { Command, CommanderError } from 'commander';
import { join } from 'node:path';
import { createLog } from '#engine/log.ts';
import { addFetchCommand } from './commands/fetch.ts';
import { addImportCommand } from './commands/import.ts';
import { addInfoCommand } from './commands/info.ts';
import { addLedgerCommand } from './commands/ledger.ts';
import { addNewCommand } from './commands/new.ts';
import { addNotebookCommand } from './commands/notebook.ts';
import { addServeCommand } from './commands/serve.ts';
import { addSqlCommand } from './commands/sql.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { OutputClosed } from './output.ts';
import { createSession, type CliHost, type Session } from './session.ts';
import { terminalText } from './terminal-text.ts';

/** Adds a command whose action resolves with the exit code. */
export type AddCommand = (program: Command, run: Runner) => void;
export type Runner = <Arguments extends unknown[]>(
  action: (session: Session, ...given: Arguments) => Promise<number>,
) => (...given: Arguments) => Promise<void>;

/** Runs one command line; resolves with the exit code, everything written. */
export async function runCli(argv: readonly string[], host: CliHost): Promise<number> {
  const session = createSession(host);
  let exitCode: number = exitCodes.done;
  const run: Runner =
    (action) =>
    async (...given) => {
      exitCode = await action(session, ...given);
    };
  try {
    await createProgram(host.version, run).parseAsync(argv, { from: 'user' });
  } catch (error) {
    exitCode = await explain(error, session);
  }
  await session.stdout.flush();
  await session.stderr.flush();
  return exitCode;
}

function createProgram(version: string, run: Runner): Command {
  const program = new Command('trailbench')
    .description('Offline forensics workbench for AWS CloudTrail.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(--help shows how a command is used)')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 error, 2 usage, 3 done, but something was rejected, could not be fetched, or a cell failed.' +
        '\nA case is a folder NAME.trailbench; the ending may be left out.',
    );
  const adders: readonly AddCommand[] = [
    addNewCommand,
    addImportCommand,
    addFetchCommand,
    addInfoCommand,
    addSqlCommand,
    addNotebookCommand,
    addLedgerCommand,
    addServeCommand,
  ];
  for (const add of adders) add(program, run);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

/** Says in a sentence on stderr what went wrong; returns the exit code. */
async function explain(error: unknown, session: Session): Promise<number> {
  // Nobody reads on: that is no failure of ours.
  if (error instanceof OutputClosed) return exitCodes.done;
  // Commander has written its message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  const lines = sentenceOf(error, session).split('\n').map(terminalText).join('\n');
  await session.stderr.write(`trailbench: ${lines}\n`).catch(() => undefined);
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
}

function sentenceOf(error: unknown, session: Session): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const isDefect = !(error instanceof Error) || defects.some((kind) => error instanceof kind);
  if (!isDefect && code !== 'INTERNAL') return error.message;
  const logPath = join(session.dataFolder, 'trailbench.log');
  // The engine has logged its own defects.
  if (code !== 'INTERNAL') createLog(logPath)('The command line failed', error);
  return `Trailbench ran into a defect of its own. Details are in ${logPath}.`;
}

const defects = [TypeError, RangeError, ReferenceError, SyntaxError];
