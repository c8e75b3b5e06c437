import { expect, test } from 'vitest';
import { copyName, newName, numberedName, slugName } from './notebook-name.ts';

test.for([
  ['First hour', 'first-hour.md'],
  ['  Who was “it”?  #1 ', 'who-was-it-1.md'],
  ['Größe / Ünï', 'größe-ünï.md'],
  ['調査 1', '調査-1.md'],
  ['e\u0301t\u00e9', 'été.md'],
  ['../../etc/passwd', 'etc-passwd.md'],
  ['CON', 'notebook-con.md'],
  ['lpt1', 'notebook-lpt1.md'],
  ['', 'notebook.md'],
  ['😀\u202e\u0000', 'notebook.md'],
  [`${'a'.repeat(79)} bcd`, `${'a'.repeat(79)}.md`],
  ['b'.repeat(1000), `${'b'.repeat(80)}.md`],
  ['調'.repeat(1000), `${'調'.repeat(53)}.md`],
] as const)('the title %j names the file %s', ([title, name]) => {
  expect(slugName(title)).toBe(name);
});

test('a number goes before the ending', () => {
  expect([1, 2, 30].map((copy) => numberedName('a.b.md', copy))).toEqual(['a.b.md', 'a.b-2.md', 'a.b-30.md']);
});

test('a typed name gets its ending; a copy keeps its name where every system can hold it', () => {
  expect(newName(' My notes ')).toBe('My notes.md');
  expect(newName('a.MD')).toBe('a.MD');
  expect(copyName('My notes (2) 100%.md')).toBe('My notes (2) 100%.md');
  expect(copyName('notes.markdown')).toBe('notes.md');
  expect(copyName('a:b*c.md')).toBe('a-b-c.md');
  expect(copyName('.hidden.md')).toBe('hidden.md');
});
