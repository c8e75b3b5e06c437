import { describe, expect, it } from 'vitest';
import { pageHref, parseHash } from './router.svelte.ts';

describe('hash routes', () => {
  it('come back as they were written, whatever is in the values', () => {
    const search = 'a&b=c? 100% “ü” #x';
    const { page, parameters } = parseHash(pageHref('evidence', { search, tab: 'files' }));
    expect(page).toBe('evidence');
    expect(parameters.get('search')).toBe(search);
    expect(parameters.get('tab')).toBe('files');
  });

  it('leave out what is not set', () => {
    expect(pageHref('sql')).toBe('#/sql');
    expect(pageHref('sql', { a: null, b: undefined, c: '' })).toBe('#/sql');
  });

  it('lead to the welcome page if they name no page', () => {
    expect(parseHash('').page).toBe('welcome');
    expect(parseHash('#/nowhere?x=1').page).toBe('welcome');
    expect(parseHash('#/constructor').page).toBe('welcome');
  });
});
