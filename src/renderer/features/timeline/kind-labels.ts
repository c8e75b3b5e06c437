import type { EventKind } from '#shared/api/index.ts';

/** The kinds of events in words, in the order in which they are shown. */
export const kindLabels: readonly (readonly [EventKind, string])[] = [
  ['write', 'write'],
  ['read', 'read'],
  ['denied', 'denied'],
  ['unknown', 'not stated'],
];
