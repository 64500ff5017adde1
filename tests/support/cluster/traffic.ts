import type { Person } from '../person.ts';
import { eventually } from '../eventually.ts';

interface Served {
  request: string;
  /** 0: the connection broke before a response. */
  status: number;
  ms: number;
  retryAfter: string | undefined;
}

/** Milliseconds a test waits for traffic on a busy machine. */
const patienceMs = 60_000;

/** People who read and write without a pause, each one request at a time, until they are stopped. */
export class Traffic {
  readonly served: Served[] = [];
  /** Ids of the chats whose creation was acknowledged. */
  readonly acknowledged: string[] = [];
  #isDone = false;
  #people: Promise<void[]>;

  /** `urls`: where the people send their requests, in turn. */
  constructor(people: Person[], urls: string[]) {
    this.#people = Promise.all(people.map((person) => this.#use(urls.map((url) => person.at(url)))));
  }

  /** Milliseconds of the slowest request that began after the first `since` ones were served. */
  slowest(since = 0): Served {
    return this.served.slice(since).reduce((slowest, each) => (each.ms > slowest.ms ? each : slowest));
  }

  /** Everything that was served with none of these statuses. */
  unlike(...statuses: number[]): Served[] {
    return this.served.filter(({ status }) => !statuses.includes(status));
  }

  /** Resolves when `count` more writes have been acknowledged. */
  async untilWritten(count: number): Promise<void> {
    const target = this.acknowledged.length + count;
    await eventually(
      () => this.acknowledged.length,
      (length) => length >= target,
      patienceMs,
    );
  }

  /** Resolves when the last requests have been served. */
  async stop(): Promise<void> {
    this.#isDone = true;
    await this.#people;
  }

  async #use(nodes: Person[]): Promise<void> {
    for (let turn = 0; !this.#isDone; turn++) {
      const node = nodes[turn % nodes.length]!;
      const id = await this.#request('POST /chats', () => node.post('/chats', {}));
      if (id) this.acknowledged.push(id);
      await this.#request('GET /chats', () => node.get('/chats'));
      if (id) await this.#request('GET /chats/:id', () => node.get(`/chats/${id}`));
    }
  }

  /** Returns the id in the response, when there is one. */
  async #request(request: string, send: () => ReturnType<Person['get']>): Promise<string | undefined> {
    const began = performance.now();
    const done = (status: number, retryAfter?: string) =>
      this.served.push({ request, status, ms: performance.now() - began, retryAfter });
    try {
      const { status, headers, body } = await send();
      done(status, headers['retry-after']);
      return status < 300 ? (body as { id?: string }).id : undefined;
    } catch {
      done(0);
      return undefined;
    }
  }
}
