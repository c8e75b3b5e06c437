import type { DownloadProgress, JobSnapshot } from '#shared/api/index.ts';
import { durationText, numberText, sizeText } from './formats/summary.ts';
import type { Output } from './output.ts';
import { terminalText } from './terminal-text.ts';

/** One line on stderr that is written over and over; nothing at all unless stderr is a terminal. */
export class JobProgressLine {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  async show(snapshot: JobSnapshot): Promise<void> {
    if (!this.#output.isTerminal) return;
    const line = progressLine(snapshot).slice(0, Math.max(20, (this.#output.columns || 80) - 1));
    await this.#output.write(`\r\u001b[2K${line}`);
  }

  async clear(): Promise<void> {
    if (this.#output.isTerminal) await this.#output.write('\r\u001b[2K');
  }
}

export function progressLine(snapshot: JobSnapshot): string {
  const { phase, filesDone, filesTotal, bytesDone, bytesTotal, eventsRead, eventsPerSecond, download } = snapshot;
  const parts = download
    ? [...downloadParts(download), `${numberText(filesDone)} imported`, `${numberText(eventsRead)} events`]
    : [
        terminalText(phase),
        `${numberText(filesDone)}${ofTotal(filesTotal, numberText)} files`,
        `${sizeText(bytesDone)}${ofTotal(bytesTotal, sizeText)}`,
        `${numberText(eventsRead)} events`,
        `${numberText(Math.round(eventsPerSecond))}/s`,
      ];
  if (snapshot.remainingMs !== null) parts.push(`${durationText(snapshot.remainingMs)} left`);
  if (snapshot.problems > 0) parts.push(`${numberText(snapshot.problems)} problems`);
  return parts.join(' · ');
}

function downloadParts(download: DownloadProgress): string[] {
  const { phase, objectsDone, objectsTotal, bytesDone, bytesTotal, unchanged, failed, retries } = download;
  return [
    terminalText(phase),
    `${numberText(objectsDone)}${ofTotal(objectsTotal, numberText)} objects`,
    `${sizeText(bytesDone)}${ofTotal(bytesTotal, sizeText)}`,
    ...(unchanged > 0 ? [`${numberText(unchanged)} unchanged`] : []),
    ...(failed > 0 ? [`${numberText(failed)} failed`] : []),
    ...(retries > 0 ? [`${numberText(retries)} retries`] : []),
  ];
}

function ofTotal(total: number | null, text: (value: number) => string): string {
  return total === null ? '' : ` of ${text(total)}`;
}
