import { CoalescingStream } from './coalescing-stream.ts';
import { sharedSignal } from './shared-signal.ts';

/**
 * An event stream of work that tells how far it is and ends with a result, or with its error. The work is aborted when
 * the reader leaves.
 */
export async function* progressStream<Event>(
  work: (report: (event: Event) => void, signal: AbortSignal) => Promise<Event>,
  signal?: AbortSignal,
): AsyncGenerator<Event, void> {
  const leaving = new AbortController();
  const stopping = sharedSignal(leaving.signal, ...(signal ? [signal] : []));
  const stream = new CoalescingStream<Event>(() => undefined, stopping);
  let failure: { readonly error: unknown } | null = null;
  const done = work((event) => stream.push('progress', event), stopping)
    .then((result) => stream.push('result', result))
    .catch((error: unknown) => (failure = { error }))
    .finally(() => stream.end());
  try {
    for await (const event of stream.iterator) yield event;
    await done;
    if (failure !== null) throw (failure as { readonly error: unknown }).error;
  } finally {
    leaving.abort();
    await done;
  }
}
