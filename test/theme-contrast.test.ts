import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lightPalette } from '#shared/notebook/charts/palette.ts';

const css = readFileSync(new URL('../src/renderer/styles/theme.css', import.meta.url), 'utf8');

/** The custom properties that hold plain colours, of one theme. */
function colours(selector: string): ReadonlyMap<string, string> {
  const start = css.indexOf(selector);
  const block = css.slice(css.indexOf('{', start), css.indexOf('}', start));
  return new Map([...block.matchAll(/(--[\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [lower = 0, higher = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (higher + 0.05) / (lower + 0.05);
}

const surfaces = ['--surface-page', '--surface-panel', '--surface-raised', '--surface-hover'];
const texts = ['--text-primary', '--text-strong', '--text-secondary', '--text-muted', '--accent-text', '--bad-text'];
const syntax = ['keyword', 'function', 'string', 'number', 'comment', 'name'].map((name) => `--syntax-${name}`);
const words = ['good', 'warn', 'bad', 'info', 'neutral'];
type Pair = readonly [string, string];
const textPairs: readonly Pair[] = [
  ...surfaces.flatMap((surface) => texts.map((text) => [text, surface] as const)),
  ...['--text-primary', '--text-strong', '--text-secondary'].map((text) => [text, '--surface-selected'] as const),
  ...['--surface-page', '--surface-panel'].flatMap((surface) => syntax.map((name) => [name, surface] as const)),
  ...words.map((word) => [`--${word}-text`, `--${word}-surface`] as const),
  ['--on-accent', '--accent-fill'],
  ['--on-accent', '--accent-fill-hover'],
];
/** What has to be told apart without being read: 3:1. */
const shapePairs: readonly Pair[] = [
  ...surfaces.flatMap((surface) => ['--border-input', '--focus-ring'].map((line) => [line, surface] as const)),
  ['--kind-write', '--surface-page'],
  ['--kind-denied', '--surface-page'],
  ['--kind-detection', '--surface-page'],
  ...['--surface-page', '--surface-panel'].flatMap((surface) =>
    ['--chart-read', ...[1, 2, 3, 4, 5, 6].map((number) => `--series-${number}`)].map(
      (name) => [name, surface] as const,
    ),
  ),
];

describe.each([":root[data-theme='dark']", ":root[data-theme='light']"])('%s', (selector) => {
  const values = colours(selector);
  const value = (name: string): string => values.get(name) ?? expect.fail(`${name} is not set`);

  it.each(textPairs)('text %s on %s is readable (WCAG AA, 4.5:1)', (text, surface) => {
    expect(contrast(value(text), value(surface))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(shapePairs)('%s shows on %s (3:1)', (line, surface) => {
    expect(contrast(value(line), value(surface))).toBeGreaterThanOrEqual(3);
  });
});

it('a report draws in the light theme’s colours; denials darker, as they stand on white paper', () => {
  const light = colours(":root[data-theme='light']");
  const { denied, ...others } = lightPalette;
  const names: Readonly<Record<string, string>> = {
    ...{ text: '--text-primary', muted: '--text-muted', grid: '--border-subtle', accent: '--accent' },
    ...{ read: '--chart-read', write: '--kind-write' },
  };
  for (const [role, colour] of Object.entries(others)) {
    expect(colour, role).toBe(light.get(names[role] ?? role.replace('series', '--series-')));
  }
  for (const [role, colour] of Object.entries({ denied, ...others })) {
    if (role !== 'grid') expect(contrast(colour, '#ffffff'), role).toBeGreaterThanOrEqual(3);
  }
});
