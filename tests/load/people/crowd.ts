import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadPerson, World } from './loadPerson.ts';
import type { SeedSize } from '../options.ts';
import { createVisits } from './visits.ts';

/** Requests of the whole crowd that wait for a response at most. A server that is this far behind gets no further ones. */
const waitingMax = 2_000;

/**
 * Lets people visit at random times, `rate` per second on average. Each visit has its time, whether or not the server
 * has finished the ones before: the wait for a slow server counts.
 */
export class Crowd {
  #people: LoadPerson[];
  #world: World;
  #visits: ReturnType<typeof createVisits>;
  #waiting = new Set<Promise<unknown>>();
  #stopped = false;

  constructor(people: LoadPerson[], world: World, size: SeedSize) {
    this.#people = people;
    this.#world = world;
    this.#visits = createVisits(size, people[0]!);
  }

  async run(rate: number): Promise<void> {
    for (
      let next = performance.now();
      !this.#stopped;
      next += (-Math.log(1 - Math.random()) * 1_000) / rate
    ) {
      const early = next - performance.now();
      if (early > 1) await sleep(early);
      this.#begin(next);
    }
  }

  /** Resolves when the requests on their way have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#waiting);
  }

  #begin(wantedAt: number): void {
    const { current } = this.#world.recorder;
    if (this.#waiting.size >= waitingMax) {
      current.skipped++;
      return;
    }
    const person = this.#people[Math.floor(Math.random() * this.#people.length)]!;
    const visit = this.#pick()(person, wantedAt).finally(() => this.#waiting.delete(visit));
    this.#waiting.add(visit);
  }

  #pick() {
    const total = this.#visits.reduce((sum, { weight }) => sum + weight, 0);
    let at = Math.random() * total;
    return this.#visits.find(({ weight }) => (at -= weight) < 0)!.visit;
  }
}
