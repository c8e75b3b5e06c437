import type { Call, Caller, SampleEvent, Trail } from './records.ts';

/** One step of the intrusion, as the truth file tells it. */
export interface IntrusionStep {
  readonly id: string;
  /** MITRE ATT&CK for cloud, e.g. `T1078.004`. */
  readonly technique: string;
  readonly title: string;
  readonly sentence: string;
  readonly eventIDs: readonly string[];
}

/** Notes which events belong to which step while they are made. */
export class Intrusion {
  readonly steps: IntrusionStep[] = [];
  readonly trail: Trail;
  #eventIds: string[] = [];

  constructor(trail: Trail) {
    this.trail = trail;
  }

  begin(technique: string, title: string, sentence: string): void {
    this.#eventIds = [];
    const id = `S${String(this.steps.length + 1).padStart(2, '0')}`;
    this.steps.push({ id, technique, title, sentence, eventIDs: this.#eventIds });
  }

  /** Adds an event of the current step. */
  act(atMs: number, caller: Caller, call: Call): SampleEvent {
    const event = this.trail.record(atMs, caller, call);
    this.note([event]);
    return event;
  }

  /** Adds calls a few seconds apart; returns the time after the last one. */
  actAll(startMs: number, caller: Caller, calls: readonly Call[], longestPauseMs = 4000): number {
    let atMs = startMs;
    for (const call of calls) {
      this.act(atMs, caller, call);
      atMs += this.trail.random.integer(300, longestPauseMs);
    }
    return atMs;
  }

  note(events: readonly SampleEvent[]): void {
    this.#eventIds.push(...events.map((event) => event.eventId));
  }
}
