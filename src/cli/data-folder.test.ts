import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { dataFolder } from './data-folder.ts';

test('is the desktop app’s folder on each platform', () => {
  expect(dataFolder({}, 'linux')).toBe(join(homedir(), '.config', 'Trailbench'));
  expect(dataFolder({ XDG_CONFIG_HOME: '/conf' }, 'linux')).toBe(join('/conf', 'Trailbench'));
  expect(dataFolder({}, 'darwin')).toBe(join(homedir(), 'Library', 'Application Support', 'Trailbench'));
  expect(dataFolder({ APPDATA: 'C:\\Roaming' }, 'win32')).toBe(join('C:\\Roaming', 'Trailbench'));
});

test('TRAILBENCH_DATA_FOLDER overrides it, and is made absolute', () => {
  expect(dataFolder({ TRAILBENCH_DATA_FOLDER: 'here' }, 'linux')).toBe(resolve('here'));
});
