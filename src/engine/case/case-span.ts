import type { CaseSpan } from '#shared/notebook/bind-parameters.ts';
import type { OpenCase } from './open-case.ts';

/** First and last eventTime of the case. */
export async function readCaseSpan(openCase: OpenCase): Promise<CaseSpan> {
  return openCase.withConnection(async (connection) => {
    const reader = await connection.runAndReadAll(
      'SELECT min(eventTime)::VARCHAR, max(eventTime)::VARCHAR FROM trailbench.main.events',
    );
    const [first = null, last = null] = reader.getRows()[0] ?? [];
    return { firstEventAt: first === null ? null : String(first), lastEventAt: last === null ? null : String(last) };
  });
}
