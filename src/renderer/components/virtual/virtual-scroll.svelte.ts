import {
  clampTop,
  isScaled,
  rowWindow,
  scrollFromTop,
  topFromScroll,
  topThatShows,
  type ScrollGeometry,
} from './scroll-model.ts';

/** Where a list stands in its scrolling element, and how it is moved. */
export class VirtualScroll {
  readonly #geometry: () => ScrollGeometry;
  element = $state<HTMLElement | null>(null);
  /** Px from the left, as the element has it. */
  left = $state(0);
  #wantedTop = $state(0);
  /** Px of content above the viewport; finer than scrollTop where the bar is scaled. */
  readonly top = $derived.by(() => clampTop(this.#wantedTop, this.geometry));
  readonly window = $derived.by(() => rowWindow(this.top, this.geometry));
  readonly isScaled = $derived.by(() => isScaled(this.geometry));

  constructor(geometry: () => ScrollGeometry) {
    this.#geometry = geometry;
  }

  get geometry(): ScrollGeometry {
    return this.#geometry();
  }

  moveTo(wanted: number): void {
    this.#wantedTop = clampTop(wanted, this.geometry);
    if (this.element !== null) this.element.scrollTop = scrollFromTop(this.#wantedTop, this.geometry);
  }

  /** Scrolls as little as needed to show a row; `isCentred`: brings it to the middle if it doesn't show yet. */
  showRow(row: number, isCentred = false): void {
    const wanted = topThatShows(row, this.top, this.geometry);
    if (wanted === this.top) return;
    const { rowHeight, viewportHeight } = this.geometry;
    this.moveTo(isCentred ? row * rowHeight - (viewportHeight - rowHeight) / 2 : wanted);
  }

  /** Scrolls sideways as little as needed. */
  showSpan(left: number, width: number): void {
    if (this.element === null) return;
    const { scrollLeft, clientWidth } = this.element;
    if (left < scrollLeft) this.element.scrollLeft = left;
    else if (left + width > scrollLeft + clientWidth) {
      this.element.scrollLeft = Math.min(left, left + width - clientWidth);
    }
  }

  readonly onscroll = (): void => {
    if (this.element === null) return;
    this.left = this.element.scrollLeft;
    // Where one px of the bar is many rows, the place set by keyboard or wheel is finer than scrollTop can tell.
    const expected = scrollFromTop(this.top, this.geometry);
    if (this.isScaled && Math.abs(this.element.scrollTop - expected) <= 1) return;
    this.#wantedTop = topFromScroll(this.element.scrollTop, this.geometry);
  };

  /** With a scaled bar a turn of the wheel would leap over hundreds of rows. */
  readonly onwheel = (event: WheelEvent): void => {
    if (event.ctrlKey || event.shiftKey || event.deltaY === 0) return;
    const unit = [1, this.geometry.rowHeight, this.geometry.viewportHeight][event.deltaMode] ?? 1;
    const wanted = this.top + event.deltaY * unit;
    // At its end what is around the list scrolls on.
    if (clampTop(wanted, this.geometry) === this.top) return;
    event.preventDefault();
    this.moveTo(wanted);
  };
}
