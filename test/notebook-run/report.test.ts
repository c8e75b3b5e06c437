import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Lexer, type Token } from 'marked';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReportEvent, ReportFormat } from '#shared/api/notebook.ts';
import { expectInactive, htmlTokens } from './html-tokens.ts';
import {
  hostileAgent,
  importLogs,
  openNotebookCase,
  records,
  wholeRecord,
  type NotebookCase,
} from './notebook-case.ts';

let opened: NotebookCase;
beforeAll(async () => {
  opened = await openNotebookCase();
});
afterAll(() => opened.close());

const cell = (sql: string, info = ''): string => `\`\`\`sql ${info}\n${sql}\n\`\`\`\n\n`;

interface Options {
  readonly path?: string;
  readonly maxRowsPerTable?: number;
  readonly usesPins?: boolean;
  readonly title?: string;
  readonly parameters?: Record<string, string>;
}

async function report(text: string, format: ReportFormat, { title = 'Test', ...options }: Options = {}) {
  const events: ReportEvent[] = [];
  const request = { source: { title, text }, format, ...options };
  for await (const event of await opened.api.notebook.report(request)) events.push(event);
  const last = events.at(-1);
  if (last?.type !== 'written') throw new Error(JSON.stringify(events));
  return { ...last, events, content: readFileSync(last.file.path, 'utf8') };
}

const hostileMark =
  '"><script>alert(1)</script><img src=x onerror=alert(1)> \u202e\u0007 [x](javascript:alert(1)) ![x](//evil.example/x)';
const hostile = `---
title: ${JSON.stringify(hostileMark)}
description: ${JSON.stringify(hostileMark)}
tags: [${JSON.stringify(hostileMark)}]
parameters:
  p: { default: ${JSON.stringify(hostileMark)}, label: ${JSON.stringify(hostileMark)} }
  ${JSON.stringify(hostileMark)}: 1
---

# ${hostileMark}

<script>alert(1)</script> <iframe src="https://evil.example"></iframe> [a](javascript:alert(1)) ![b](https://evil.example/b.png) <style>*{display:none}</style>

- <base href="//evil.example">
  - [ref][r] \`<b>\`

[r]: javascript:alert(1)

| <svg onload=alert(1)> |
|---|
| </table><script>alert(1)</script> |

~~~~sql name=agents title="${hostileMark.replace(/["\\]/g, '\\$&').replaceAll('\u0007', '')}" view=</h3><script>
SELECT userAgent AS "</th><script>alert(1)</script>", $p AS p, count(*) AS n FROM events -- </pre><script>alert(1)</script>
GROUP BY ALL ORDER BY n DESC
~~~~

${cell(`SELECT '${hostileMark.replaceAll("'", "''")}' FROM "</pre><script>alert(1)</script>"`)}
${cell('SELECT userAgent, count(*) AS n FROM events GROUP BY ALL ORDER BY n DESC', 'view=bar')}
${cell('SELECT eventTime, userAgent AS lane FROM events', 'view=timeline lane=lane')}
${cell("SELECT CAST(date_trunc('hour', eventTime) AS TIMESTAMP) AS t, userAgent, count(*) AS n FROM events GROUP BY ALL ORDER BY t", 'view=line')}
${cell(`SELECT $p AS v`, 'view=value')}
`;

describe('a notebook from a stranger', () => {
  test('as HTML is text, charts included', async () => {
    const { content, failedCells } = await report(hostile, 'html');
    const tokens = htmlTokens(content);
    expectInactive(tokens);
    expect(failedCells).toBe(1);
    const policy = tokens.tags.find(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy');
    expect(policy?.attributes['content']).toMatch(/^default-src 'none'; style-src 'unsafe-inline'; img-src data:;/);
    // The policy stands before anything that it could be needed for.
    expect(tokens.tags.slice(0, 4).map(({ name }) => name)).toEqual(['html', 'head', 'meta', 'meta']);
    expect(tokens.tags.filter(({ name, isEnd }) => name === 'svg' && !isEnd)).toHaveLength(3);
    expect(tokens.text).toContain('</pre><script>alert(1)</script>');
    expect(tokens.text).toContain(hostileAgent.slice(0, 48));
    // Nothing that hides or turns round what is next to it.
    expect(content).not.toMatch(/(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u);
    expect(tokens.text).toContain('\\u202etxt.exe\\u0000\\u001b[2J');
  });

  test('as Markdown has no markup, images, or links but to the web in its prose', async () => {
    const { content } = await report(hostile, 'markdown');
    const seen: string[] = [];
    const visit = (tokens: readonly Token[]): void => {
      for (const token of tokens) {
        seen.push(token.type);
        expect(['html', 'image', 'def'], token.raw).not.toContain(token.type);
        if (token.type === 'link') expect(token['href']).toMatch(/^https?:|^[\w-]+\.md$/);
        const nested = token.type === 'list' ? (token['items'] as Token[]) : token.type === 'table' ? [...(token['header'] as Token[]), ...(token['rows'] as Token[][]).flat()] : []; // prettier-ignore
        visit([...('tokens' in token ? (token.tokens ?? []) : []), ...nested]);
      }
    };
    visit(new Lexer({ gfm: true }).lex(content));
    expect(seen.filter((type) => type === 'table').length).toBeGreaterThan(4);
    expect(content).not.toMatch(/(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u);
  });

  test('as a Jupyter notebook has outputs of text', async () => {
    const { content } = await report(hostile, 'ipynb');
    const { cells } = JSON.parse(content) as Ipynb;
    for (const { source, outputs = [], cell_type } of cells) {
      if (cell_type === 'markdown') {
        for (const token of new Lexer({ gfm: true }).lex(source.join('')))
          expect(['html', 'image']).not.toContain(token.type);
      }
      for (const { data = {} } of outputs) {
        for (const type of ['text/html', 'image/svg+xml'])
          if (data[type]) expectInactive(htmlTokens(data[type].join('')));
      }
    }
  });

  test('gives a file name that is harmless', async () => {
    const { file } = await report(cell('SELECT 1 AS a'), 'html', { title: '../../<b>x\u202e/..\\y' });
    expect(file.path).toMatch(/\/exports\/b-x-y-\d{8}T\d{6}Z\.html$/);
  });
});

interface Ipynb {
  readonly nbformat: number;
  readonly nbformat_minor: number;
  readonly metadata: Record<string, unknown>;
  readonly cells: readonly {
    readonly id: string;
    readonly cell_type: string;
    readonly metadata: unknown;
    readonly source: readonly string[];
    readonly execution_count?: number | null;
    readonly outputs?: readonly {
      readonly output_type: string;
      readonly data?: Record<string, string[]>;
      readonly metadata?: unknown;
    }[];
  }[];
}

const countOf = (name: string): number => records.filter(({ eventName }) => eventName === name).length;
const byName = ['GetObject', 'PutObject', 'ListBuckets', 'DeleteTrail'].map((name) => [name, String(countOf(name))]);

const plain = `---
title: Counts
parameters:
  region: { label: Region, default: eu-central-1 }
---
# Overview

Prose with **bold** text.

${cell('SELECT eventName, count(*) AS n FROM events GROUP BY 1 ORDER BY 1', 'name=counts')}
## Regions

${cell('SELECT n FROM counts WHERE $region IS NOT NULL ORDER BY n, eventName', 'title="By region"')}
${cell('SELECT awsregion, count(*) AS n FROM cloudtrail_logs GROUP BY 1 ORDER BY 1', 'dialect=athena')}
${cell('SELECT recordIndex FROM events ORDER BY 1', 'title=Long')}`;

describe('what a report says', () => {
  test('HTML: rows, counts, SQL, parameters, evidence and time of every table', async () => {
    const { content } = await report(plain, 'html', { maxRowsPerTable: 100 });
    const { text, tags } = htmlTokens(content);
    for (const [name, count] of byName) expect(content).toContain(`<td>${name}</td><td class="number">${count}</td>`);
    const sections = content.split('<section ').slice(1);
    expect(sections).toHaveLength(6);
    const evidence = `evidence: 1 import, 1 file, ${records.length} events, files `;
    for (const section of sections.filter((each) => each.includes('class="cell'))) {
      expect(section).toContain('<pre>SELECT ');
      expect(htmlTokens(section.replace(/^[^>]*>/, '')).text).toContain(evidence);
      expect(section).toMatch(/ran \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC in \d/);
      expect(section).toMatch(/content SHA-256 [0-9a-f]{64}/);
    }
    expect(text).toContain(`first 100 of ${records.length} rows`);
    expect(text).toContain('with $region = eu-central-1');
    expect(text).toContain('reads “counts”');
    expect(text).toContain('Events from' + '2023-07-10 12:00:00 to 2023-07-10 15:59:00 UTC');
    expect(text).toContain('as it ran in DuckDB');
    expect(text).toContain('4 of 4 cells ran.');
    const rows = tags.filter(({ name, isEnd }) => name === 'tr' && !isEnd).length;
    // Facts 5, parameters 3, heads 4, and what the tables hold.
    expect(rows).toBe(5 + 3 + 4 + byName.length + byName.length + 3 + 100);
    const anchors = tags.flatMap(({ attributes }) => attributes['href'] ?? []);
    expect(anchors).toEqual(['#block-1', '#block-2', '#block-3', '#block-4', '#block-5', '#block-6']);
    for (const anchor of anchors) expect(content).toContain(`id="${anchor.slice(1)}"`);
  });

  test('Markdown: the same, and its prose is the notebook’s', async () => {
    const { content } = await report(plain, 'markdown', { maxRowsPerTable: 100 });
    expect(content).toContain('Prose with **bold** text.\n');
    for (const [name, count] of byName) expect(content).toContain(`| \`${name}\` | ${count} |\n`);
    expect(content.match(/^```sql$/gm)).toHaveLength(5);
    expect(content.match(new RegExp(`evidence: 1 import, 1 file, ${records.length} events`, 'g'))).toHaveLength(4);
    expect(content).toContain('By region [2]');
  });

  test('Jupyter: valid by the format’s rules, and the same numbers', async () => {
    const { content } = await report(plain, 'ipynb');
    const { nbformat, nbformat_minor, metadata, cells, ...rest } = JSON.parse(content) as Ipynb;
    expect([nbformat, nbformat_minor, Object.keys(rest)]).toEqual([4, 5, []]);
    expect(metadata).toMatchObject({ title: 'Counts', language_info: { name: 'sql' } });
    expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
    for (const each of cells) {
      expect(each.id).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
      expect(each.metadata).toBeTypeOf('object');
      for (const [index, line] of each.source.entries()) {
        expect(
          line.indexOf('\n') === line.length - 1 || (index === each.source.length - 1 && !line.includes('\n')),
        ).toBe(true);
      }
      const keys = Object.keys(each).sort();
      if (each.cell_type === 'markdown') expect(keys).toEqual(['cell_type', 'id', 'metadata', 'source']);
      else expect(keys).toEqual(['cell_type', 'execution_count', 'id', 'metadata', 'outputs', 'source']);
      for (const output of each.outputs ?? []) {
        expect(Object.keys(output).sort()).toEqual(['data', 'metadata', 'output_type']);
        expect(output.output_type).toBe('display_data');
      }
    }
    const [first] = cells.filter(({ cell_type }) => cell_type === 'code');
    expect(first?.source.join('')).toBe('SELECT eventName, count(*) AS n FROM events GROUP BY 1 ORDER BY 1');
    const lines = first?.outputs?.[0]?.data?.['text/plain']?.join('').split('\n') ?? [];
    expect(lines.slice(0, 5)).toEqual(['eventName\tn', ...byName.map((pair) => pair.join('\t')).sort()]);
  });

  test('a failed cell is told, and the rest is there', async () => {
    const { content, failedCells, events } = await report(cell('SELECT x') + cell('SELECT 5 AS five'), 'html');
    expect(failedCells).toBe(1);
    expect(htmlTokens(content).text).toMatch(/Failed: .*x.*1 of 2 cells ran, 1 failed\./s);
    expect(content).toContain('<td class="number">5</td>');
    expect(events.slice(0, -1)).toEqual([0, 1, 2].map((cellsDone) => ({ type: 'progress', cellsDone, cellCount: 2 })));
  });

  test('long values are cut, and say how long they are', async () => {
    const { content } = await report(cell("SELECT repeat('x', 5000) AS x, NULL AS nothing, '' AS empty"), 'html');
    expect(content).toContain(`${'x'.repeat(2000)}… (5,000 characters)`);
    expect(content).toContain('<td><span class="null">NULL</span></td><td></td>');
  });
});

describe('pinned results', () => {
  const sql = 'SELECT count(*) AS n FROM events WHERE awsRegion = $region';
  const text = `---\nparameters: { region: us-east-1 }\n---\n${cell('SELECT * FROM events', 'name=all_events')}${cell(sql)}${cell('SELECT count(*) AS m FROM all_events')}`;

  test('are shown instead of what runs now, if statement, parameters and named cells are the same', async () => {
    const { api, folder } = opened;
    const parameters = { region: 'us-east-1' };
    const first = await api.query.run({ sql, parameters });
    const pin = await api.pins.add({
      resultId: first.resultId,
      notebook: null,
      cell: null,
      title: 'Before <b>',
      note: 'Kept.',
    });
    const upstream = await api.query.run({ sql: 'SELECT * FROM events' });
    const relations = [{ name: 'all_events', resultId: upstream.resultId }];
    const second = await api.query.run({ sql: 'SELECT count(*) AS m FROM all_events', relations });
    await api.pins.add({ resultId: second.resultId, notebook: null, cell: null, title: 'All', note: '' });
    const before = records.filter(({ awsRegion }) => awsRegion === 'us-east-1').length;

    await mkdir(join(folder, 'more'));
    const more = records.map((record, index) => wholeRecord({ ...record, awsRegion: 'us-east-1' }, index + 1000));
    await writeFile(join(folder, 'more', 'log.json'), JSON.stringify({ Records: more }));
    await importLogs(api, join(folder, 'more'));

    const pinned = await report(text, 'html');
    const words = htmlTokens(pinned.content).text;
    expect(words).toContain(`Pinned result “Before <b>”: pinned at ${pin.pinnedAt.slice(0, 19).replace('T', ' ')} UTC by ${pin.operator}, evidence as of 1 import and ${records.length} events. Kept.`); // prettier-ignore
    expect(pinned.content).toContain(`<td class="number">${before}</td>`);
    expect(words).toContain('the same statement gives other rows, or another order, now (1 row)');
    expect(words).toContain(`content SHA-256 ${pin.contentHash}`);
    expect(words).toContain('Pinned result “All”');

    const live = await report(text, 'html', { usesPins: false });
    expect(htmlTokens(live.content).text).not.toContain('Pinned result');
    expect(live.content).toContain(`<td class="number">${before + records.length}</td>`);
    const otherParameter = await report(text, 'html', { parameters: { region: 'eu-central-1' } });
    expect(htmlTokens(otherParameter.content).text).not.toContain('Before');
    const otherUpstream = await report(
      text.replace('SELECT * FROM events\n', 'SELECT * FROM events LIMIT 5\n'),
      'html',
    );
    expect(htmlTokens(otherUpstream.content).text).not.toContain('“All”');
  });
});

describe('the file', () => {
  test('is recorded with its hash, in exports or where it was asked for', async () => {
    const path = join(opened.folder, 'report.html');
    const files = [
      (await report(plain, 'html')).file,
      (await report(plain, 'html')).file,
      (await report(plain, 'html', { path })).file,
    ];
    expect(new Set(files.map((file) => file.path)).size).toBe(3);
    const { entries } = await opened.api.case.custody();
    for (const file of files) {
      const bytes = readFileSync(file.path);
      expect(file).toMatchObject({ sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
      const recorded = entries.filter(({ detail }) => (detail as { sha256?: string }).sha256 === file.sha256);
      expect(recorded.at(-1)).toMatchObject({
        action: 'exported',
        detail: { kind: 'report', format: 'html', title: 'Counts' },
      });
    }
  });

  test('never replaces one, nor follows a link', async () => {
    const there = join(opened.folder, 'there.html');
    const link = join(opened.folder, 'link.html');
    const target = join(opened.folder, 'target.html');
    writeFileSync(there, 'mine');
    symlinkSync(target, link);
    for (const path of [there, link])
      await expect(report(plain, 'html', { path })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(readFileSync(there, 'utf8')).toBe('mine');
    expect(existsSync(target)).toBe(false);
    await expect(report(plain, 'html', { path: join(opened.folder, 'no', 'x.html') })).rejects.toMatchObject({ code: 'IO_FAILED' }); // prettier-ignore
  });

  test('is not there if the report was cancelled or the stream was left', async () => {
    const path = join(opened.folder, 'cancelled.html');
    const text = cell('SELECT 1 AS a') + cell('SELECT count(*) FROM range(100000) a, range(100000) b WHERE (a.range * b.range) % 7 = 3'); // prettier-ignore
    const controller = new AbortController();
    const request = { source: { title: 'x', text }, format: 'html' as const };
    const stream = await opened.api.notebook.report({ ...request, path }, { signal: controller.signal });
    const reading = (async () => {
      for await (const event of stream) if (event.type === 'progress' && event.cellsDone === 1) setTimeout(() => controller.abort(), 50); // prettier-ignore
    })();
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(existsSync(path)).toBe(false);
    for await (const event of await opened.api.notebook.report(request)) if (event.type === 'progress') break;
    expect(readdirSync(join(opened.casePath, 'exports', '.staging'))).toEqual([]);
  });
});

test('every starter becomes a report without an active part', async () => {
  const entries = (await opened.api.notebook.list()).filter(({ place }) => place === 'starter');
  expect(entries.length).toBeGreaterThan(5);
  for (const { place, name } of entries) {
    let written: ReportEvent | undefined;
    const request = { source: { place, name }, format: 'html' as const, maxRowsPerTable: 50 };
    for await (const event of await opened.api.notebook.report(request)) written = event;
    if (written?.type !== 'written') throw new Error(name);
    expect(written.failedCells, name).toBe(0);
    expectInactive(htmlTokens(readFileSync(written.file.path, 'utf8')));
  }
});
