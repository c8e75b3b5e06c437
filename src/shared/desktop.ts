/**
 * What only the host can do: native dialogs, file paths, the wire to the engine. One implementation in the preload
 * script, one for browsers.
 */
export interface Desktop {
  readonly host: 'electron' | 'browser';
  /** Asks for a new case's place. Null: the user cancelled. */
  chooseNewCasePath(suggestedName: string): Promise<string | null>;
  /** Asks for an existing case folder. Null: the user cancelled. */
  chooseCase(): Promise<string | null>;
  /** Asks for log files or folders to import. Empty: the user cancelled. */
  chooseEvidence(kind: 'files' | 'folder'): Promise<readonly string[]>;
  /** Asks for a notebook (a Markdown file) to import. Null: the user cancelled. */
  chooseNotebook(): Promise<string | null>;
  /** The path of a dropped `File`; null where the host does not tell (browsers). */
  pathOf(file: object): string | null;
  setTitle(title: string): void;
  /** Opens a page of AWS's sign-in in the system's browser. False: it is no such page, or there is no browser. */
  openExternal(url: string): Promise<boolean>;
}

/**
 * Between the page and the preload script, as window messages: a port cannot cross the context bridge. The page asks
 * with `trailbench:connect`; the answer has the same id and brings a port to the engine.
 */
export interface PortMessage {
  readonly type: 'trailbench:connect' | 'trailbench:port';
  readonly requestId: string;
}
