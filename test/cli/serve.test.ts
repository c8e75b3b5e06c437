import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { finish, Workplace } from './run-trailbench.ts';

let workplace: Workplace;
beforeAll(async () => {
  workplace = await Workplace.make();
  await workplace.run('new', 'case');
});
afterAll(() => workplace.remove());

test.skipIf(process.platform === 'win32')(
  'serve prints a link that works once; Ctrl-C ends it with exit 0',
  async () => {
    const child = workplace.start('serve', 'case', '--no-open');
    const finished = finish(child);
    const [chunk] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    const url = chunk.toString().trim();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{20,}$/);
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(200);
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(403);
    child.kill('SIGINT');
    expect(await finished).toMatchObject({ code: 0, stdout: `${url}\n` });

    const info = await workplace.run('info', 'case');
    expect(info.code).toBe(0);
  },
);

test('serve of a case that is not there: exit 1 and a sentence', async () => {
  const { code, stdout, stderr } = await workplace.run('serve', 'nowhere', '--no-open');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^trailbench: There is no case at .*\n$/);
});
