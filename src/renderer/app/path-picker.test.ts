import { describe, expect, it } from 'vitest';
import { joinPath, PathPicker } from './path-picker.svelte.ts';

describe('joinPath', () => {
  it('writes paths as the folder does', () => {
    expect(joinPath('/home/ana', 'a.trailbench')).toBe('/home/ana/a.trailbench');
    expect(joinPath('/', 'a')).toBe('/a');
    expect(joinPath('C:\\Users\\Ana', 'a')).toBe('C:\\Users\\Ana\\a');
    expect(joinPath('C:\\', 'a')).toBe('C:\\a');
    expect(joinPath('\\\\server\\share', 'a')).toBe('\\\\server\\share\\a');
    // A backslash is an ordinary character of names on other systems.
    expect(joinPath('/odd\\name', 'a')).toBe('/odd\\name/a');
  });
});

describe('PathPicker', () => {
  it('answers who asked, and cancels the one before', async () => {
    const picker = new PathPicker();
    const first = picker.pick({ purpose: 'case' });
    const second = picker.pick({ purpose: 'evidence', kind: 'folder' });
    expect(await first).toBeNull();
    picker.answer(['/logs']);
    expect(await second).toEqual(['/logs']);
    expect(picker.request).toBeNull();
  });
});
