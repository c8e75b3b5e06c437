import type { ParameterTexts } from '#shared/api/index.ts';

/** What is typed for a notebook's parameters: kept in the browser's store, never in the file. */
export class TypedParameters {
  readonly #storage: Storage;
  readonly #key: string;
  /** By name; absent: the parameter has its default. */
  texts = $state.raw<ParameterTexts>(textsOf([]));

  constructor(storage: Storage, casePath: string, place: string, name: string) {
    this.#storage = storage;
    this.#key = `trailbench.notebook.parameters.${JSON.stringify([casePath, place, name])}`;
    this.texts = readTexts(storage.getItem(this.#key));
  }

  /** Null: back to the default. */
  set(name: string, text: string | null): void {
    const others = Object.entries(this.texts).filter(([other]) => other !== name);
    this.texts = textsOf(text === null ? others : [...others, [name, text]]);
    try {
      if (Object.keys(this.texts).length === 0) this.#storage.removeItem(this.#key);
      else this.#storage.setItem(this.#key, JSON.stringify(this.texts));
    } catch {
      // The browser's store is full: the values hold as long as the page is open.
    }
  }
}

function readTexts(kept: string | null): ParameterTexts {
  if (kept === null) return textsOf([]);
  try {
    const entries = Object.entries(JSON.parse(kept) as Record<string, unknown>);
    return textsOf(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    return textsOf([]);
  }
}

/** Without a prototype: a notebook may call a parameter `constructor`. */
function textsOf(entries: Iterable<readonly [string, string]>): ParameterTexts {
  return Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(entries));
}
