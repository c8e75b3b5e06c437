import type { Desktop } from '#shared/desktop.ts';
import { isSignInUrl } from '#shared/sign-in-url.ts';

/** What the page's own folder picker is asked for, where the host has no native dialogs. */
export type PickRequest =
  | { readonly purpose: 'new-case'; readonly suggestedName: string }
  | { readonly purpose: 'case' }
  | { readonly purpose: 'notebook' }
  | { readonly purpose: 'evidence'; readonly kind: 'files' | 'folder' };

/** Resolves with the chosen paths on the engine's machine; null: the user cancelled. */
export type Pick = (request: PickRequest) => Promise<string[] | null>;

/** The host's part in a browser: paths are those of the machine that the engine runs on. */
export function createBrowserDesktop(pick: Pick): Desktop {
  const pickOne = async (request: PickRequest) => (await pick(request))?.[0] ?? null;
  return {
    host: 'browser',
    chooseNewCasePath: (suggestedName) => pickOne({ purpose: 'new-case', suggestedName }),
    chooseCase: () => pickOne({ purpose: 'case' }),
    chooseEvidence: async (kind) => (await pick({ purpose: 'evidence', kind })) ?? [],
    chooseNotebook: () => pickOne({ purpose: 'notebook' }),
    pathOf: () => null,
    setTitle(title) {
      document.title = title;
    },
    openExternal(url) {
      const isSignIn = isSignInUrl(url);
      // With `noopener` the answer is null whether or not a tab was opened.
      if (isSignIn) window.open(url, '_blank', 'noopener,noreferrer');
      return Promise.resolve(isSignIn);
    },
  };
}

/** The host's object that the preload script exposes; undefined in a browser. */
export function electronDesktop(): Desktop | undefined {
  return (globalThis as { trailbench?: Desktop }).trailbench;
}
