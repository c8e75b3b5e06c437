import { setMaxListeners } from 'node:events';

/**
 * A signal that many listen to at once, each request and body of a download among them: their number is no leak, of
 * which Node would warn on stderr. Aborts when any of the given ones does.
 */
export function sharedSignal(...signals: readonly AbortSignal[]): AbortSignal {
  const signal = AbortSignal.any([...signals]);
  setMaxListeners(0, signal);
  return signal;
}
