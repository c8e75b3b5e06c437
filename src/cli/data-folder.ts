import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where the app keeps what is not part of a case: the desktop app's own folder, so that both know the same cases. */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (environment['TRAILBENCH_DATA_FOLDER']) return resolve(environment['TRAILBENCH_DATA_FOLDER']);
  const home = homedir();
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Trailbench');
  if (platform === 'win32') return join(environment['APPDATA'] || join(home, 'AppData', 'Roaming'), 'Trailbench');
  return join(environment['XDG_CONFIG_HOME'] || join(home, '.config'), 'Trailbench');
}
