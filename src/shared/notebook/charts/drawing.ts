/**
 * A chart as plain shapes, so that the page (Svelte) and a report (text) draw the very same one. Colours are roles: the
 * page maps them to the theme, a report to its own palette. Lengths are px; texts are safe to show, not to paste into markup.
 */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** For screen readers: what is shown. */
  readonly label: string;
  readonly shapes: readonly Shape[];
  /** What a pointer can rest on. */
  readonly targets: readonly Target[];
  /** Along which axis the pointer finds the nearest of them. */
  readonly nearest: 'x' | 'y';
  /** What a reader must know: rows left out, values that are no numbers … */
  readonly notes: readonly string[];
}

/** A value at its place: its words, and the row it stands for, from 0, if it stands for one. */
export interface Target {
  readonly x: number;
  readonly y: number;
  readonly title: string;
  readonly row: number | null;
}

export type ColourRole =
  'text' | 'muted' | 'grid' | 'accent' | 'read' | 'write' | 'denied' | `series${1 | 2 | 3 | 4 | 5 | 6}`;

interface ShapeBase {
  readonly colour: ColourRole;
  readonly opacity?: number;
  /** Shown on hover. */
  readonly title?: string;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Shape =
  | (ShapeBase & Box & { readonly kind: 'rect'; readonly radius?: number })
  /** Many of one colour, as one shape. */
  | (ShapeBase & { readonly kind: 'boxes'; readonly boxes: readonly Box[] })
  | (ShapeBase & { readonly kind: 'circle'; readonly x: number; readonly y: number; readonly radius: number })
  | (ShapeBase & {
      readonly kind: 'line';
      readonly x1: number;
      readonly y1: number;
      readonly x2: number;
      readonly y2: number;
      readonly width?: number;
    })
  | (ShapeBase & {
      readonly kind: 'path';
      readonly points: readonly (readonly [number, number])[];
      readonly width?: number;
    })
  | (ShapeBase & {
      readonly kind: 'text';
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly anchor?: 'start' | 'middle' | 'end';
      readonly isMono?: boolean;
      readonly size?: number;
    });

type SeriesColour = Extract<ColourRole, `series${number}`>;

const seriesColours: readonly SeriesColour[] = ['series1', 'series2', 'series3', 'series4', 'series5', 'series6'];

/** Of the series or lane with this number, from 0; from the seventh on they come again. */
export function seriesColour(index: number): SeriesColour {
  return seriesColours[index % seriesColours.length] ?? 'series1';
}

/** One colour a series; those named for what events do have the colour of that everywhere. */
export function seriesColoursOf(names: readonly (string | null)[]): readonly ColourRole[] {
  // The first two are those of writes and denials: taken where there are any.
  const free = seriesColours.filter(
    (colour) =>
      !(colour === 'series1' && names.includes('write')) && !(colour === 'series2' && names.includes('denied')),
  );
  let others = 0;
  return names.map((name) => {
    if (name === 'denied' || name === 'write' || name === 'read') return name;
    return free[others++ % free.length] ?? 'series1';
  });
}
