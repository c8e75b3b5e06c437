import type { ColourRole } from './drawing.ts';

export type Palette = Readonly<Record<ColourRole, string>>;

/** For white paper; the page's light theme has the same colours. */
export const lightPalette: Palette = {
  text: '#1d2530',
  muted: '#5c6775',
  grid: '#dfe4ea',
  accent: '#1a6fd0',
  read: '#6683a1',
  write: '#2a7de1',
  denied: '#c26f00',
  series1: '#2a7de1',
  series2: '#c26f00',
  series3: '#d3394a',
  series4: '#2a8a57',
  series5: '#8450d6',
  series6: '#0e8593',
};
