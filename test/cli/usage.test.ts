import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Workplace } from './run-trailbench.ts';

let workplace: Workplace;
beforeAll(async () => {
  workplace = await Workplace.make();
});
afterAll(() => workplace.remove());

test.each([
  { title: 'no command', args: [] },
  { title: 'an unknown command', args: ['imprt', 'case', '.'] },
  { title: 'an unknown option', args: ['info', 'case', '--jsn'] },
  { title: 'a missing argument', args: ['import', 'case'] },
  { title: 'too many arguments', args: ['info', 'case', 'other'] },
  { title: 'no statement', args: ['sql', 'case'] },
  { title: 'two statements', args: ['sql', 'case', 'SELECT 1', '--file', 'q.sql'] },
  { title: 'an unknown format', args: ['sql', 'case', 'SELECT 1', '--format', 'xml'] },
  { title: 'a parameter without value', args: ['sql', 'case', 'SELECT 1', '--param', 'name'] },
  { title: 'two kinds of list', args: ['ledger', 'case', '--problems', '--rejected'] },
  { title: 'a port that is none', args: ['serve', '--port', '123456'] },
])('$title: exit 2, nothing on stdout', async ({ args }) => {
  const { code, stdout, stderr } = await workplace.run(...args);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).not.toBe('');
  expect(stderr).not.toMatch(/\n\s+at /);
});

test('--help and --version: exit 0, on stdout', async () => {
  const help = await workplace.run('--help');
  expect(help.code).toBe(0);
  for (const name of ['new', 'import', 'info', 'sql', 'ledger', 'serve']) expect(help.stdout).toContain(`\n  ${name} `);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(await workplace.run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test('new makes a case once; the second time is an error in one sentence', async () => {
  const first = await workplace.run('new', 'fresh', '--json');
  expect(first.code).toBe(0);
  expect(JSON.parse(first.stdout)).toMatchObject({ name: 'fresh', eventCount: 0, fileCount: 0 });

  const second = await workplace.run('new', 'fresh');
  expect(second).toMatchObject({ code: 1, stdout: '' });
  expect(second.stderr).toMatch(/^trailbench: .*exists already.*\n$/);
});

test.each(['info', 'ledger'])('%s of a case that is not there: exit 1 and a sentence', async (command) => {
  const { code, stdout, stderr } = await workplace.run(command, 'nowhere');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^trailbench: There is no case at .*\n$/);
});
