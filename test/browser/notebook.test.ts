import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowserApp, type BrowserApp } from './browser-app.ts';
import { goToFolder, gridRows } from './case-pages.ts';
import { grouped, readSampleEvents, type SampleRecord } from './sample-events.ts';

let app: BrowserApp;
let page: Page;
let folder: string;
let notebooks: string;
let events: readonly SampleRecord[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbench-sample-'));
  ({ events } = await readSampleEvents(folder));
  app = await startBrowserApp({ permissions: ['clipboard-read', 'clipboard-write'] });
  page = app.page;
  await page.getByRole('button', { name: /sample/i }).click();
  await page.getByRole('grid', { name: 'Events' }).waitFor({ timeout: 60_000 });
  const data = await readdir(join(app.folder, 'data'), { recursive: true });
  const casePath = data.find((path) => path.endsWith('.trailbench'));
  notebooks = join(app.folder, 'data', casePath ?? '', 'notebooks');
}, 120_000);

afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

const textOf = (name: string): Promise<string> => readFile(join(notebooks, name), 'utf8');
const onDisk = (name: string) => soon(() => textOf(name));
const block = (name: string | RegExp): Locator => page.getByRole('group', { name, exact: true });
const savedState = (): Locator => page.locator('main > header').getByRole('status');

/** Waits as long as a machine that is busy with other tests may need. */
const soon = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 10_000 });

function editorOf(cell: string): Locator {
  return block(cell).getByRole('textbox', { name: 'SQL of this cell' });
}

async function write(editor: Locator, sql: string): Promise<void> {
  await editor.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(sql);
}

const focused = (): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);

/** The first Escape may close the list of completions. */
async function leaveEditor(): Promise<void> {
  await soon(async () => {
    await page.keyboard.press('Escape');
    return focused();
  }).toMatch(/^Cell/);
}

async function makeEmpty(title: string): Promise<void> {
  await page.getByRole('button', { name: '+ New notebook' }).click();
  await page.getByLabel('Title of the new notebook').fill(title);
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('main', { name: title }).waitFor();
}

/** Puts a notebook into the case's folder and opens it. */
async function open(name: string, text: string): Promise<void> {
  await writeFile(join(notebooks, name), text);
  await page.goto(page.url().replace(/#.*/, `#/notebook?name=${encodeURIComponent(name)}`));
  await page.getByRole('group', { name: 'Parameters' }).waitFor();
}

async function facts(cell: Locator): Promise<string> {
  return (await cell.locator('.facts').innerText()).replace(/\s+/g, ' ');
}

describe('writing a notebook', () => {
  test('a new one is a file of the case, saved as it is typed', async () => {
    await makeEmpty('My questions');
    await write(editorOf('Cell 1'), '');
    await page.keyboard.insertText('SELECT count(*) AS n FROM events');
    await soon(() => savedState().innerText()).toBe('· saved');
    await onDisk('my-questions.md').toContain('```sql\nSELECT count(*) AS n FROM events\n```');
    await page.keyboard.press('Control+Enter');
    await soon(() => facts(block('Cell 1'))).toMatch(/^1 row · /);
    await soon(() => gridRows(page, 'Result')).toEqual([[grouped(events.length).replaceAll(',', '')]]);
  });

  test('by the keyboard alone: insert, move, remove, undo, prose', async () => {
    await leaveEditor();
    expect(await focused()).toBe('Cell 1');
    await page.keyboard.press('b');
    await page.keyboard.insertText('SELECT 2 AS two');
    await page.keyboard.press('Alt+Enter');
    // Behind the last cell there is a new one to write.
    await page.keyboard.insertText('SELECT 3 AS three');
    await leaveEditor();
    await onDisk('my-questions.md').toMatch(/count[^]*two[^]*three/);
    await page.keyboard.press('Alt+ArrowUp');
    await onDisk('my-questions.md').toMatch(/count[^]*three[^]*two/);
    await page.keyboard.press('d');
    await page.keyboard.press('d');
    await onDisk('my-questions.md').not.toContain('three');
    await page.keyboard.press('z');
    await onDisk('my-questions.md').toMatch(/count[^]*three[^]*two/);
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText('\n\nWhat *happened*?');
    await page.keyboard.press('Escape');
    await onDisk('my-questions.md').toContain('\n\nWhat *happened*?\n\n```sql\nSELECT count');
    expect(await page.locator('.markdown em').innerText()).toBe('happened');
    // The result of the first cell stayed with it.
    expect(await facts(block('Cell 1'))).toMatch(/^1 row · /);
  });

  test('a removed cell comes back with the notice’s Undo', async () => {
    await page.getByRole('button', { name: 'More for cell 3' }).click();
    await page.getByRole('menuitem', { name: 'Remove', exact: true }).click();
    await onDisk('my-questions.md').not.toContain('two');
    await page.getByRole('button', { name: 'Undo' }).click();
    await onDisk('my-questions.md').toContain('two');
  });

  test('the title changes in the file and the sidebar', async () => {
    await page.getByRole('button', { name: 'Title: My questions' }).click();
    await page.getByRole('textbox', { name: 'Title' }).fill('Better questions');
    await page.keyboard.press('Enter');
    await onDisk('my-questions.md').toMatch(/title: Better questions[^]*# Better questions/);
    await page.getByRole('link', { name: 'Better questions' }).waitFor();
  });
});

describe('running', () => {
  const chain = `---
title: Chain
parameters:
  name: { type: text, default: ConsoleLogin }
---

\`\`\`sql name=found
SELECT * FROM events WHERE eventName = $name
\`\`\`

\`\`\`sql
SELECT count(*) AS n FROM found
\`\`\`

\`\`\`sql
SELECT no_such_column FROM found
\`\`\`
`;
  const countOf = (name: string): number => events.filter(({ eventName }) => eventName === name).length;

  test('a cell runs what it reads first; a parameter makes both out of date', async () => {
    await open('chain.md', chain);
    await block('Cell 2')
      .getByRole('button', { name: /^Run this cell/ })
      .click();
    const shown = () => block('Cell 2').getByRole('gridcell').allInnerTexts();
    await soon(shown).toEqual([String(countOf('ConsoleLogin'))]);
    expect(await facts(block('Cell 1, found'))).toContain(`${grouped(countOf('ConsoleLogin'))} rows`);

    await page.getByRole('button', { name: /^Parameter \$name/ }).click();
    await page.getByRole('dialog', { name: 'Parameter $name' }).getByRole('textbox').fill('AssumeRole');
    await page.keyboard.press('Enter');
    await soon(() => facts(block('Cell 1, found'))).toContain('out of date');
    expect(await facts(block('Cell 2'))).toContain('out of date');
    await block('Cell 2')
      .getByRole('button', { name: /^Run this cell/ })
      .click();
    await soon(shown).toEqual([String(countOf('AssumeRole'))]);
    expect(await facts(block('Cell 1, found'))).not.toContain('out of date');
    // What is typed is the page's own.
    expect(await textOf('chain.md')).toBe(chain);
  });

  test('an error stands below its cell and is marked in it; the others run', async () => {
    await page.keyboard.press('Control+Shift+Enter');
    const error = block('Cell 3').getByRole('alert');
    await error.waitFor();
    expect(await error.innerText()).toContain('no_such_column');
    expect(await block('Cell 3').locator('.cm-lintRange-error').innerText()).toBe('no_such_column');
    expect(await facts(block('Cell 2'))).toMatch(/^1 row/);
  });

  test('“make this the default” goes into the file', async () => {
    await page.getByRole('button', { name: /^Parameter \$name/ }).click();
    await page.getByRole('button', { name: 'Make this the default' }).click();
    await onDisk('chain.md').toContain('default: AssumeRole');
    expect(await facts(block('Cell 2'))).not.toContain('out of date');
  });
});

describe('a file changed elsewhere', () => {
  test('is taken over, and cells that stayed keep their results', async () => {
    await block('Cell 2')
      .getByRole('button', { name: /^Run this cell/ })
      .click();
    await soon(() => facts(block('Cell 2'))).toMatch(/^1 row/);
    const text = await textOf('chain.md');
    await writeFile(
      join(notebooks, 'chain.md'),
      text.replace('```sql name=found', '```sql\nSELECT 0\n```\n\n```sql name=found'),
    );
    await block('Cell 2, found').waitFor();
    expect(await facts(block('Cell 3'))).toMatch(/^1 row/);
  });

  test('conflicts with what is typed here: both are kept', async () => {
    const text = await textOf('chain.md');
    await write(editorOf('Cell 1'), 'SELECT 1 AS mine');
    await writeFile(join(notebooks, 'chain.md'), text.replace('SELECT 0', 'SELECT 2 AS theirs'));
    const banner = page.getByRole('alert').filter({ hasText: 'changed elsewhere' });
    await banner.waitFor();
    await banner.getByRole('button', { name: 'Show what differs' }).click();
    const dialog = page.getByRole('dialog', { name: 'What differs' });
    expect((await dialog.locator('.removed').allInnerTexts()).join('\n')).toMatch(/Theirs:\s+SELECT 2 AS theirs/);
    expect((await dialog.locator('.added').allInnerTexts()).join('\n')).toMatch(/Mine:\s+SELECT 1 AS mine/);
    await page.keyboard.press('Escape');
    await banner.getByRole('button', { name: /^Keep mine/ }).click();
    await onDisk('chain.md').toContain('SELECT 1 AS mine');
    await banner.waitFor({ state: 'detached' });
    const copies = (await readdir(notebooks)).filter((name) => name.startsWith('chain') && name !== 'chain.md');
    expect(copies.length).toBe(1);
    expect(await textOf(copies[0] ?? '')).toContain('SELECT 2 AS theirs');
  });
});

test('completion in a cell lies above what is below it, and offers the case’s values', async () => {
  await open('completed.md', '```sql name=first\nSELECT 1 AS one\n```\n\n```sql name=second\nSELECT 2 AS two\n```\n');
  await block('Cell 1, first')
    .getByRole('button', { name: /^Run this cell/ })
    .click();
  await soon(() => facts(block('Cell 1, first'))).toMatch(/^1 row/);
  await write(editorOf('Cell 1, first'), '');
  await page.keyboard.type("SELECT * FROM events WHERE eventName = 'Create");
  const counts = new Map<string, number>();
  for (const { eventName } of events) {
    if (eventName.startsWith('Create')) counts.set(eventName, (counts.get(eventName) ?? 0) + 1);
  }
  const [, , [third = ''] = []] = [...counts].sort(([, one], [, other]) => other - one);
  // A click reaches only what is in sight.
  await page.getByRole('option', { name: third }).first().click();
  await onDisk('completed.md').toContain(`eventName = '${third}'`);
});

describe('starters', () => {
  test('run as they are, and are edited as a copy', async () => {
    await page.getByRole('button', { name: '+ New notebook' }).click();
    await page.getByRole('button', { name: 'Look at Compromised access key' }).click();
    await page.getByText('comes with Trailbench and is read-only').waitFor();
    await page.getByRole('button', { name: /^Run all/ }).click();
    await page.getByRole('button', { name: /^Run all/ }).waitFor({ timeout: 30_000 });
    expect(await page.locator('.facts').filter({ hasText: 'failed' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Copy to this case to edit' }).click();
    await page.getByRole('link', { name: 'Compromised access key' }).waitFor();
    await soon(() => savedState().innerText()).toBe('· saved');
    expect(await readdir(notebooks)).toContain('compromised-access-key.md');
  });
});

describe('pinned results', () => {
  const text = '---\ntitle: Pinned\n---\n\n```sql name=names\nSELECT DISTINCT eventName FROM events ORDER BY 1\n```\n';

  test('are kept with what they came from, opened, compared and removed', async () => {
    await open('pinned.md', text);
    await block('Cell 1, names')
      .getByRole('button', { name: /^Run this cell/ })
      .click();
    await soon(() => facts(block('Cell 1, names'))).toMatch(/rows · /);
    await page.getByRole('button', { name: 'More for cell 1' }).click();
    await page.getByRole('menuitem', { name: 'Pin the result' }).click();
    await soon(() => facts(block('Cell 1, names'))).toContain('pinned');
    await page.getByRole('button', { name: /^Results pinned \d\d:\d\d$/ }).click();
    const pin = page.getByRole('article', { name: 'Pin: names' });
    const names = new Set(events.map(({ eventName }) => eventName));
    expect(await pin.innerText()).toContain(`${grouped(names.size)} rows`);
    expect(await pin.innerText()).toContain(`${grouped(events.length)} events`);
    await pin.getByRole('textbox', { name: /^Note/ }).fill('Seen by me');
    await pin.getByRole('button', { name: 'Run again and compare' }).click();
    await soon(() => pin.getByRole('status').innerText()).toMatch(/The same [\d,]+ rows[^]*evidence is the same/);
    await pin.getByRole('button', { name: 'Open', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'names' });
    await soon(() => dialog.getByRole('gridcell').first().innerText()).toBe([...names].sort()[0]);
    await page.keyboard.press('Escape');
    expect(await pin.getByRole('textbox', { name: /^Note/ }).inputValue()).toBe('Seen by me');
    await pin.getByRole('button', { name: 'Remove…' }).click();
    await pin.getByRole('button', { name: 'Remove the pin' }).click();
    await page.getByText('Nothing is pinned yet').waitFor();
    await page.getByRole('button', { name: 'Close the pinned results' }).click();
  });
});

describe('files', () => {
  const more = async (item: string): Promise<void> => {
    await page.getByRole('button', { name: 'More for this notebook' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };

  test('a notebook is renamed, copied to the library and from there, and removed', async () => {
    await more('Rename the file…');
    await page.getByLabel('Name of the file, without .md').fill('renamed');
    await page.getByRole('button', { name: 'Rename', exact: true }).click();
    await page.getByText('notebooks/renamed.md').waitFor();
    expect(await readdir(notebooks)).toContain('renamed.md');
    await more('Copy to my library');
    await page.getByText('Copied to your library as').waitFor();
    await more('Remove…');
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('Saved investigations').waitFor();
    expect(await readdir(notebooks)).not.toContain('renamed.md');
    await page.getByRole('button', { name: '+ New notebook' }).click();
    await page.getByRole('button', { name: 'my library' }).click();
    await page.getByRole('button', { name: 'Copy Pinned to this case' }).click();
    await page.getByRole('main', { name: 'Pinned' }).waitFor();
    expect(await readdir(notebooks)).toContain('renamed.md');
  });

  test('a file of this machine is imported byte for byte', async () => {
    const text = '# From outside\r\n\r\nWith Windows’ line breaks.\r\n';
    await writeFile(join(app.folder, 'outside.md'), text);
    await page.getByRole('button', { name: '+ New notebook' }).click();
    await page.getByRole('button', { name: 'Import a file…' }).click();
    await goToFolder(page, app.folder);
    await page.getByRole('button', { name: /^outside\.md/ }).click();
    await page
      .getByRole('dialog', { name: 'Import a notebook' })
      .getByRole('button', { name: 'Import', exact: true })
      .click();
    await page.getByText('notebooks/outside.md').waitFor();
    expect(await textOf('outside.md')).toBe(text);
  });
});

describe('exports', () => {
  const exported = async (): Promise<Buffer> => {
    const dialog = page.getByRole('dialog', { name: 'Exported' });
    await dialog.waitFor({ timeout: 20_000 });
    const [path = '', hash = ''] = await dialog.locator('code').allInnerTexts();
    await dialog.getByRole('button', { name: 'Done' }).click();
    const bytes = await readFile(path);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(hash);
    return bytes;
  };

  test('a report holds what the parameters give; the dialog names the file and its hash', async () => {
    const text =
      '---\nparameters:\n  name: ConsoleLogin\n---\n\n```sql name=found\nSELECT count(*) AS n FROM events WHERE eventName = $name\n```\n';
    await open('exported.md', text);
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Markdown with results' }).click();
    const count = events.filter(({ eventName }) => eventName === 'ConsoleLogin').length;
    expect((await exported()).toString('utf8')).toMatch(new RegExp(`\\b${count}\\b`));
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('menuitem', { name: 'The notebook’s file' }).click();
    expect((await exported()).toString('utf8')).toBe(text);
  });

  test('a result is written as it is sorted, guarded against formulas', async () => {
    await write(editorOf('Cell 1, found'), "SELECT '=1+1' AS formula, i FROM range(3) AS t(i)");
    await page.keyboard.press('Control+Enter');
    await soon(() => facts(block('Cell 1, found'))).toMatch(/^3 rows/);
    const header = block('Cell 1, found').getByRole('columnheader', { name: /^i/ });
    for (const order of ['ascending', 'descending']) {
      await header.getByRole('button').first().click();
      await soon(() => header.getAttribute('aria-sort')).toBe(order);
    }
    await page.getByRole('button', { name: 'More for cell 1' }).click();
    await page.getByRole('menuitem', { name: 'Export the result…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Export result' });
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByText('Written').waitFor({ timeout: 20_000 });
    const hash = await dialog.locator('code').last().innerText();
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
    const exports = join(notebooks, '../exports');
    const files = await Promise.all(
      (await readdir(exports)).filter((name) => name.endsWith('.csv')).map((name) => readFile(join(exports, name))),
    );
    const written = files.find((bytes) => createHash('sha256').update(bytes).digest('hex') === hash);
    expect(written?.toString('utf8').split(/\r?\n/)).toEqual([
      '"formula","i"',
      '"\'=1+1",2',
      '"\'=1+1",1',
      '"\'=1+1",0',
      '',
    ]);
  });
});

describe('nothing is lost', () => {
  test('when the page is left right after a key', async () => {
    await write(editorOf('Cell 1, found'), 'SELECT 42 AS answer');
    await page.getByRole('link', { name: /^Custody/ }).click();
    await onDisk('exported.md').toContain('SELECT 42 AS answer');
  });

  test('when the engine dies', async () => {
    await page.goBack();
    await block('Cell 1, found')
      .getByRole('button', { name: /^Run this cell/ })
      .click();
    await soon(() => facts(block('Cell 1, found'))).toMatch(/^1 row/);
    await page.getByRole('button', { name: 'Settings' }).click();
    const shown = await page.getByText(/^process \d+$/).innerText();
    await page.keyboard.press('Escape');
    await write(editorOf('Cell 1, found'), 'SELECT 43 AS answer');
    process.kill(Number(shown.replace('process ', '')), 'SIGKILL');
    await page.getByRole('alert').getByText('The engine stopped and was started again').waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).first().click();
    await onDisk('exported.md').toContain('SELECT 43 AS answer');
    await block('Cell 1, found').getByText('no longer kept').first().waitFor();
    await block('Cell 1, found').getByRole('button', { name: 'Run again' }).click();
    await soon(() => block('Cell 1, found').getByRole('gridcell').allInnerTexts()).toEqual(['43']);
  });
});

describe('a stranger’s notebook', () => {
  const hostile = `---
title: "Quarterly \\u202Egpj.exe <img src=x onerror=window.hacked=1>"
description: "<script>window.hacked=1</script>"
parameters:
  who: { type: text, label: "<b onclick=window.hacked=1>", default: "\\u202E'; DROP TABLE events; --" }
---

Words <img src=x onerror="window.hacked=1"> and <script>window.hacked = 1</script>
[press me](javascript:window.hacked=1) [out](https://evil.example/) ![pixel](https://evil.example/p.png)
<iframe src="https://evil.example/"></iframe> <svg onload="window.hacked=1"></svg>

\`\`\`sql name="<img src=x onerror=window.hacked=1>" view=constructor dialect=__proto__
SELECT $who AS "<img src=x onerror=window.hacked=1>", '<script>window.hacked=1</script>' AS b
\`\`\`
`;

  test('does nothing but show text', async () => {
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await open('hostile.md', hostile.replaceAll('\\\\', '\\').replaceAll('\\`', '`'));
    await page.getByText('press me').click();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Shift+Enter');
    await soon(() => facts(block('Cell 1'))).toMatch(/^1 row/);
    await page.getByRole('button', { name: /^Parameter \$who/ }).click();
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    expect(await page.locator('main img, main iframe, main script, main svg[onload], .markdown a').count()).toBe(0);
    expect(await page.locator('main > header .title').innerText()).toContain('\\u202egpj.exe');
    expect(await page.getByRole('gridcell').first().innerText()).toBe("\\u202e'; DROP TABLE events; --");
    expect(requests.filter((url) => !url.startsWith(new URL(page.url()).origin))).toEqual([]);
    expect(page.url()).toContain('#/notebook?name=hostile.md');
  });
});

test('nothing went wrong on the page', () => {
  expect(app.problems).toEqual([]);
});
