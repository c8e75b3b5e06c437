/**
 * Chromium clamps an element's height near 33.5 million px (half of that on a 2x screen). A list that would be taller gets
 * a scroll range of this height, and the scroll bar moves it in proportion.
 */
export const maximumScrollHeight = 8_000_000;

/** The geometry of a list of equally high rows in a scrolling viewport. All lengths in CSS px. */
export interface ScrollGeometry {
  readonly rowCount: number;
  readonly rowHeight: number;
  readonly viewportHeight: number;
}

export interface RowWindow {
  /** First row that shows, even if in part. */
  readonly first: number;
  /** One past the last. */
  readonly end: number;
}

/** Height of all rows, were there no limit. */
export function contentHeight(geometry: ScrollGeometry): number {
  return geometry.rowCount * geometry.rowHeight;
}

/** Height the scrolling element really gets. */
export function scrollHeight(geometry: ScrollGeometry): number {
  return Math.min(contentHeight(geometry), maximumScrollHeight);
}

/** True where one px of the scroll bar stands for more than one px of content. */
export function isScaled(geometry: ScrollGeometry): boolean {
  return contentHeight(geometry) > maximumScrollHeight;
}

/** The furthest the content can be moved up. */
export function maximumTop(geometry: ScrollGeometry): number {
  return Math.max(0, contentHeight(geometry) - geometry.viewportHeight);
}

export function clampTop(top: number, geometry: ScrollGeometry): number {
  return Math.min(Math.max(0, top), maximumTop(geometry));
}

/** Where in the content the viewport begins if the element's scrollTop is this. */
export function topFromScroll(scrollTop: number, geometry: ScrollGeometry): number {
  return clampTop(scrollTop * scale(geometry), geometry);
}

/** The scrollTop that belongs to a place in the content. */
export function scrollFromTop(top: number, geometry: ScrollGeometry): number {
  return clampTop(top, geometry) / scale(geometry);
}

/** Rows that show at this place. */
export function rowWindow(top: number, geometry: ScrollGeometry): RowWindow {
  const { rowCount, rowHeight, viewportHeight } = geometry;
  const first = Math.max(0, Math.min(Math.floor(top / rowHeight), rowCount));
  const end = Math.min(rowCount, Math.ceil((top + viewportHeight) / rowHeight));
  return { first, end: Math.max(first, end) };
}

/** The place nearest to `top` at which the whole of a row shows. */
export function topThatShows(row: number, top: number, geometry: ScrollGeometry): number {
  const rowTop = row * geometry.rowHeight;
  if (rowTop < top) return clampTop(rowTop, geometry);
  const rowBottom = rowTop + geometry.rowHeight;
  if (rowBottom > top + geometry.viewportHeight) return clampTop(rowBottom - geometry.viewportHeight, geometry);
  return clampTop(top, geometry);
}

function scale(geometry: ScrollGeometry): number {
  if (!isScaled(geometry)) return 1;
  return maximumTop(geometry) / (maximumScrollHeight - geometry.viewportHeight);
}
