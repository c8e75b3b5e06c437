import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Desktop } from '#shared/desktop.ts';
import { launchApp, type RunningApp } from './launch.ts';

const running: RunningApp[] = [];
async function launch(...args: string[]): Promise<RunningApp> {
  const app = await launchApp(...args);
  running.push(app);
  return app;
}

afterEach(async () => {
  for (const app of running.splice(0)) await app.close();
});

/** Has the next native dialogs answer with `paths`, or as cancelled. */
async function answerDialogs({ electron }: RunningApp, paths: readonly string[]): Promise<void> {
  await electron.evaluate(({ dialog }, filePaths) => {
    const canceled = filePaths.length === 0;
    dialog.showSaveDialog = () => Promise.resolve({ canceled, filePath: filePaths[0] ?? '' });
    dialog.showOpenDialog = () => Promise.resolve({ canceled, filePaths: [...filePaths] });
  }, paths);
}

async function title({ electron }: RunningApp): Promise<string> {
  return electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle() ?? '');
}

async function engineProcessId({ electron }: RunningApp): Promise<number> {
  const processId = await electron.evaluate(
    ({ app }) => app.getAppMetrics().find((metric) => metric.name === 'Trailbench engine')?.pid,
  );
  if (!processId) throw new Error('There is no engine process.');
  return processId;
}

test('a case is made where the native dialog says, survives the engine, and opens again by its path', async () => {
  const app = await launch();
  const keep = await mkdtemp(join(tmpdir(), 'trailbench-cases-'));
  const casePath = join(keep, 'Northwind.trailbench');
  await app.page.getByLabel('Name of the new case').fill('Northwind');
  await answerDialogs(app, []);
  await app.page.getByRole('button', { name: 'Choose place…' }).click();
  await answerDialogs(app, [casePath]);
  await app.page.getByRole('button', { name: 'Choose place…' }).click();
  await app.page.getByRole('heading', { name: 'No evidence yet' }).waitFor();
  await expect.poll(() => title(app)).toBe('Northwind · Trailbench');

  const before = await engineProcessId(app);
  process.kill(before, 'SIGKILL');
  await app.page.getByText('The engine stopped and was started again').waitFor();
  expect(await engineProcessId(app)).not.toBe(before);
  await app.page.getByRole('link', { name: 'Custody' }).click();
  await app.page.getByText('hash chain intact').waitFor();

  // Quitting closes the case: the next start may open it.
  await app.electron.close();
  const next = await launch(casePath);
  await next.page.getByRole('heading', { name: 'No evidence yet' }).waitFor();
  await expect.poll(() => title(next)).toBe('Northwind · Trailbench');
  await next.electron.close();
  await rm(keep, { recursive: true });
});

test('a case that cannot be opened at start does not keep the app from starting', async () => {
  const app = await launch(join(tmpdir(), 'nowhere', 'Missing.trailbench'));
  await app.page.getByRole('heading', { name: 'New case' }).waitFor();
});

test('dialogs hand over what was chosen, and a dropped file its path', async () => {
  const app = await launch();
  const files = [join(app.folder, 'one.json'), join(app.folder, 'two.json.gz')];
  await mkdir(app.folder, { recursive: true });
  for (const file of files) await writeFile(file, '{}');
  await answerDialogs(app, files);
  const chosen = await app.page.evaluate(() =>
    (globalThis as unknown as { trailbench: Desktop }).trailbench.chooseEvidence('files'),
  );
  expect(chosen).toEqual(files);
  await answerDialogs(app, []);
  const cancelled = await app.page.evaluate(async () => {
    const { trailbench } = globalThis as unknown as { trailbench: Desktop };
    return [await trailbench.chooseEvidence('folder'), await trailbench.chooseCase()];
  });
  expect(cancelled).toEqual([[], null]);

  await app.page.evaluate(() => document.body.append(Object.assign(document.createElement('input'), { type: 'file' })));
  await app.page.locator('body > input[type=file]').setInputFiles(files[0] ?? '');
  const path = await app.page.evaluate(() => {
    const [file] = document.querySelector<HTMLInputElement>('body > input[type=file]')?.files ?? [];
    const { trailbench } = globalThis as unknown as { trailbench: Desktop };
    return file ? [trailbench.pathOf(file), trailbench.pathOf(new File([], 'made-here'))] : [];
  });
  expect(path).toEqual([files[0], null]);
});
