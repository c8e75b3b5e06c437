/** Adds up the CPU seconds that this process, all threads of it, spends in pieces of work. */
export class CpuClock<Name extends string> {
  readonly #seconds = new Map<Name, number>();

  add(name: Name, seconds: number): void {
    this.#seconds.set(name, (this.#seconds.get(name) ?? 0) + seconds);
  }

  run<T>(name: Name, work: () => T): T {
    const before = process.cpuUsage();
    const result = work();
    this.add(name, secondsSince(before));
    return result;
  }

  async runAsync<T>(name: Name, work: () => Promise<T>): Promise<T> {
    const before = process.cpuUsage();
    const result = await work();
    this.add(name, secondsSince(before));
    return result;
  }

  get(name: Name): number {
    return this.#seconds.get(name) ?? 0;
  }

  get seconds(): Partial<Record<Name, number>> {
    return Object.fromEntries(this.#seconds) as Partial<Record<Name, number>>;
  }
}

function secondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
