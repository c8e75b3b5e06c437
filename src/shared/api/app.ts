import { eventIterator, type } from '@orpc/contract';
import * as v from 'valibot';
import { procedure } from './procedure.ts';

export interface AppInfo {
  readonly version: string;
  readonly duckdbVersion: string;
  /** The engine process; changes when it is restarted after a crash. */
  readonly processId: number;
  readonly logPath: string;
}

/** A notice carries no data: the page fetches again what it shows. */
export type ChangeTopic = 'case' | 'evidence' | 'sources' | 'jobs' | 'prompts' | 'custody' | 'notebooks' | 'pins';
export interface ChangeNotice {
  readonly topic: ChangeTopic;
}

export interface FolderEntry {
  readonly name: string;
  readonly path: string;
  readonly isFolder: boolean;
  readonly sizeBytes: number | null;
}

export interface Folder {
  readonly path: string;
  /** Null at the root. */
  readonly parent: string | null;
  /** Folders first, then files, by name. */
  readonly entries: readonly FolderEntry[];
}

export const appContract = {
  info: procedure.output(type<AppInfo>()),
  changes: procedure.output(eventIterator(type<ChangeNotice>())),
  /** Lists a folder of the machine the engine runs on (null: the home folder), for picking paths in a browser. */
  listFolder: procedure.input(v.object({ path: v.nullable(v.string()) })).output(type<Folder>()),
};
