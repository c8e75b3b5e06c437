/**
 * A chart as plain shapes, so that the page (Svelte) and a report (text) draw the very same one. Colours are roles: the
 * page maps them to the theme, a report to its own palette.
 */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** For screen readers: what is shown. */
  readonly label: string;
  readonly shapes: readonly Shape[];
  /** What a reader must know: rows left out, values that are no numbers … */
  readonly notes: readonly string[];
}

export type ColourRole =
  | 'text'
  | 'muted'
  | 'grid'
  | 'accent'
  | 'read'
  | 'write'
  | 'denied'
  | 'series1'
  | 'series2'
  | 'series3'
  | 'series4'
  | 'series5'
  | 'series6';

interface ShapeBase {
  readonly colour: ColourRole;
  readonly opacity?: number;
  /** Shown on hover; the row it stands for, from 0, if it stands for one. */
  readonly title?: string;
  readonly row?: number;
}

export type Shape =
  | (ShapeBase & {
      readonly kind: 'rect';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly radius?: number;
    })
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
