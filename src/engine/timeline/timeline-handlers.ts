import { os } from '#engine/implementer.ts';
import { readEventDetail } from './event-detail.ts';
import { readEventPage } from './event-pages.ts';
import { findEvent } from './find-event.ts';
import { readEventPosition } from './event-position.ts';
import { readHistogram } from './histogram.ts';

export const timelineHandlers = {
  histogram: os.timeline.histogram.handler(({ context, input, signal }) =>
    readHistogram(context.requireCase(), input.view, input.buckets, signal),
  ),
  events: os.timeline.events.handler(({ context, input, signal }) =>
    readEventPage(context.requireCase(), input, signal),
  ),
  position: os.timeline.position.handler(async ({ context, input, signal }) => ({
    index: await readEventPosition(context.requireCase(), input, signal),
  })),
  find: os.timeline.find.handler(async ({ context, input, signal }) => ({
    event: await findEvent(context.requireCase(), input.eventID, signal),
  })),
  event: os.timeline.event.handler(({ context, input, signal }) =>
    readEventDetail(context.requireCase(), input, signal),
  ),
};
