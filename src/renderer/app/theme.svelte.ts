export const themePreferences = ['dark', 'light', 'system'] as const;
export type ThemePreference = (typeof themePreferences)[number];

const storageKey = 'trailbench.theme';

/** Dark unless chosen otherwise; the choice is kept in this browser or app profile. */
export class Theme {
  #preference = $state<ThemePreference>('dark');
  #systemIsLight = $state(false);
  #resolved = $derived.by((): 'dark' | 'light' => {
    if (this.#preference === 'system') return this.#systemIsLight ? 'light' : 'dark';
    return this.#preference;
  });

  get preference(): ThemePreference {
    return this.#preference;
  }

  /** The theme on show. What draws on a canvas reads its colours again when this changes. */
  get resolved(): 'dark' | 'light' {
    return this.#resolved;
  }

  choose(preference: ThemePreference): void {
    this.#preference = preference;
    localStorage.setItem(storageKey, preference);
    this.#apply();
  }

  /** Applies the theme to the document and follows the system until the returned function is called. */
  start(): () => void {
    const stored = localStorage.getItem(storageKey);
    this.#preference = themePreferences.find((name) => name === stored) ?? 'dark';
    const query = window.matchMedia('(prefers-color-scheme: light)');
    const follow = (): void => {
      this.#systemIsLight = query.matches;
      this.#apply();
    };
    follow();
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }

  #apply(): void {
    document.documentElement.dataset['theme'] = this.#resolved;
  }
}
