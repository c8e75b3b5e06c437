import type { Api, EventRow, TimelineView } from '#shared/api/index.ts';
import { PagedList, type RestartOptions } from '../../components/virtual/paged-list.svelte.ts';
import type { EventSort } from './timeline-location.ts';

/** The rows of the event table. */
export class EventList extends PagedList<EventRow> {
  readonly #api: Api;
  /** How long the engine took for the first page of the view on show. */
  elapsedMs = $state<number | null>(null);

  constructor(api: Api) {
    super();
    this.#api = api;
  }

  open(view: TimelineView, sort: EventSort, { start, onShown }: RestartOptions): void {
    let elapsedMs: number | null = null;
    this.restart(
      async (offset, limit, signal) => {
        const page = await this.#api.timeline.events({ view, sort, offset, limit }, { signal });
        elapsedMs ??= page.elapsedMs;
        return page;
      },
      {
        start,
        onShown: (row) => {
          this.elapsedMs = elapsedMs;
          onShown?.(row);
        },
      },
    );
  }
}
