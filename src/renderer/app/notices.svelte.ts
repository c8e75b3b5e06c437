export type NoticeTone = 'info' | 'good' | 'warn' | 'bad';

export interface Notice {
  readonly id: number;
  readonly tone: NoticeTone;
  readonly text: string;
}

/** Short messages at the corner of the window: what has just happened elsewhere. */
export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  #nextId = 1;

  /** Good news leaves by itself; warnings and failures stay until dismissed. What is said again replaces its like. */
  add(tone: NoticeTone, text: string): void {
    const id = this.#nextId;
    this.#nextId += 1;
    const others = this.list.filter((notice) => notice.tone !== tone || notice.text !== text);
    this.list = [...others, { id, tone, text }];
    if (tone === 'info' || tone === 'good') setTimeout(() => this.dismiss(id), 6000);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }
}
