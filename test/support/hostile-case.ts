import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Api } from '#shared/api/index.ts';
import { createEngine } from '#engine/engine.ts';
import { event } from '../browser/trail-files.ts';
import { bombs, hostileNotebook, statementNotebook, turned } from './hostile-notebook.ts';
import { scanWorkerUrl } from './temporary-case.ts';

/** In user agents, so in the results of the hostile cells. */
export const hostileAgents = [
  `<script>canary('agent')</script><img src=x onerror="canary('agent-image')">`,
  `</text></svg><svg onload="canary('agent-svg')">`,
  `=HYPERLINK("http://127.0.0.1/formula","press")`,
  `admin${turned}txt.exe\u0007\u001B[2J`,
  `[press](javascript:canary('agent-link')) ![pixel](http://127.0.0.1/agent.gif)`,
  'aws-cli/2.15',
];

/** Stands in files outside the case: no statement may show it. */
export const secret = 'secret-of-another-case-7f3a';

export interface HostileFile {
  readonly name: string;
  /** What its page shows: text of the notebook, or why it can’t be opened. */
  readonly shows: RegExp;
}

export interface HostileCase {
  readonly path: string;
  readonly files: readonly HostileFile[];
  readonly statementCount: number;
  /** Every file of the case but the database, its lock and what was exported, and all around it, by hash. */
  filesNow(): Promise<Readonly<Record<string, string>>>;
  /** What the closed case holds as evidence. */
  evidenceNow(): Promise<unknown>;
}

/** The notebook of all hostile content: its name is hostile, too. */
export const mainNotebook = `<img src=x onerror=canary('file')>.md`;
export const statementsNotebook = 'statements.md';

/** Makes a case as a stranger may hand it over: evidence, and files of any kind in `notebooks/`. Closed when this returns. */
export async function makeHostileCase(folder: string, outsideUrl: string): Promise<HostileCase> {
  const path = join(folder, 'Stranger.trailbench');
  const outside = join(folder, 'outside');
  await mkdir(outside);
  await mkdir(join(folder, 'logs'));
  await writeFile(join(outside, 'secret.csv'), `a,b\n${secret},1\n`);
  await writeFile(join(outside, 'secret.json'), `{"a":"${secret}"}\n`);
  await writeFile(join(outside, 'secret.md'), `# ${secret}\n`);
  const records = hostileAgents.map((userAgent, index) => event(index + 1, { userAgent }));
  await writeFile(join(folder, 'logs', 'log.json'), JSON.stringify({ Records: records }));
  await importInto(path, folder);

  const notebooks = join(path, 'notebooks');
  const statements = statementNotebook({ outside, case: path, new: join(outside, 'new.csv') });
  const inert = (name: string): HostileFile => ({ name, shows: /Only text in here/ });
  const written: readonly (HostileFile & { readonly content: string | Buffer })[] = [
    { name: mainNotebook, shows: /Nested/, content: hostileNotebook(outsideUrl) },
    { name: statementsNotebook, shows: /Statements/, content: statements.text },
    ...[
      `invoice${turned}dm.exe.md`,
      `${'l'.repeat(240)}.md`,
      '%2e%2e%2f..%2fetc%2fpasswd.md',
      `javascript:canary('named').md`,
      '#&?place=starter&name=x.md',
      `"' onmouseover=canary('quotes') x='.md`,
      '__proto__.md',
      'constructor.md',
    ].map((name) => ({ ...inert(name), content: 'Only text in here.\n\n```sql\nSELECT 1 AS one\n```\n' })),
    { name: 'not-utf-8.md', shows: /not UTF-8/, content: Buffer.from([0x23, 0x20, 0xff, 0xfe, 0xc0, 0x80]) },
    { name: 'two\nlines\u0007.md', shows: /characters|not the name/, content: 'Only text in here.' },
    { name: 'large.md', shows: /larger than 4 MiB/, content: Buffer.alloc(5 * 2 ** 20, 'x') },
    ...Object.entries(bombs()).map(([name, content]) => ({ name, shows: /Alias bomb|Nested/, content })),
  ];
  for (const { name, content } of written) await writeFile(join(notebooks, name), content);
  await symlink('/etc/passwd', join(notebooks, 'passwd.md'));
  await symlink(join(outside, 'secret.md'), join(notebooks, 'link.md'));
  await symlink('loop.md', join(notebooks, 'loop.md'));
  await mkdir(join(notebooks, 'folder.md'));
  execFileSync('mkfifo', [join(notebooks, 'pipe.md')]);
  const linked = ['passwd.md', 'link.md', 'loop.md'].map((name) => ({ name, shows: /links are not followed/ }));
  const files = [
    ...written.map(({ name, shows }) => ({ name, shows })),
    ...linked,
    { name: 'folder.md', shows: /It is a folder/ },
    { name: 'pipe.md', shows: /a device, a pipe/ },
  ];
  return {
    ...{ path, files, statementCount: statements.cellCount },
    filesNow: () => hashesOf(folder, path),
    evidenceNow: () => evidenceOf(join(path, 'case.duckdb')),
  };
}

async function importInto(path: string, folder: string): Promise<void> {
  const engine = createEngine({ dataFolder: join(folder, 'maker'), version: '0.0.0-test', scanWorkerUrl });
  const api: Api = createRouterClient(engine.router, { context: engine.context });
  await api.case.create({ path });
  const { jobId } = await api.evidence.import({ paths: [join(folder, 'logs')], mode: 'copy' });
  for await (const snapshot of await api.jobs.watch({ jobId })) {
    if (snapshot.state === 'failed') throw new Error(JSON.stringify(snapshot));
  }
  await engine.close();
}

/** Links by where they lead, pipes and folders by what they are. */
async function hashesOf(folder: string, casePath: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  const ofTheApp = /^(case\.(duckdb|lock)|exports(\/|$))/;
  for (const root of [join(folder, 'outside'), join(folder, 'logs'), casePath]) {
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (root === casePath && ofTheApp.test(relative(casePath, path))) continue;
      const stats = await lstat(path);
      found[relative(folder, path)] = stats.isSymbolicLink()
        ? `link to ${await readlink(path)}`
        : stats.isFile()
          ? createHash('sha256')
              .update(await readFile(path))
              .digest('hex')
          : `kind ${stats.mode & 0o170000}`;
    }
  }
  return found;
}

async function evidenceOf(database: string): Promise<unknown> {
  const instance = await DuckDBInstance.create(database, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    const read = async (sql: string): Promise<unknown> => (await connection.runAndReadAll(sql)).getRowsJson();
    return {
      tables: await read(
        `SELECT schema_name, table_name, sql FROM duckdb_tables() WHERE schema_name <> 'results' ORDER BY ALL`,
      ),
      views: await read('SELECT view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY ALL'),
      functions: await read('SELECT function_name FROM duckdb_functions() WHERE NOT internal ORDER BY ALL'),
      events: await read('SELECT count(*), sum(hash(events)) FROM events'),
      files: await read('SELECT count(*), sum(hash(files)) FROM files'),
      imports: await read('SELECT count(*), sum(hash(imports)) FROM imports'),
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export interface Outside {
  readonly url: string;
  /** Paths that somebody asked for. */
  readonly visits: readonly string[];
  close(): Promise<void>;
}

/** The place that hostile text would like to reach. */
export async function startOutside(): Promise<Outside> {
  const visits: string[] = [];
  const server = createServer((request, response) => {
    visits.push(request.url ?? '');
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.end('canary("outside")');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    visits,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
