import { Histogram } from './histogram.ts';

/** Kinds of requests; reads have a bar of their own. */
export const kinds = {
  'sign in': 'write',
  'who am I': 'read',
  'list chats': 'read',
  'open chat': 'read',
  'search chats': 'read',
  'open shared page': 'read',
  'open share dialog': 'read',
  'list links': 'read',
  'search links': 'read',
  'list people': 'read',
  'create chat': 'write',
  ask: 'write',
  'publish link': 'write',
  'revoke link': 'write',
  'restore link': 'write',
  'rename chat': 'write',
  'continue shared chat': 'write',
} as const satisfies Record<string, 'read' | 'write'>;
export type Kind = keyof typeof kinds;

/** Requests of one kind. */
class KindMeasurement {
  readonly time = new Histogram();
  /** 4xx. Some are expected: a page whose link was revoked a moment ago. */
  refused = 0;
  /** 5xx, and requests without a response. */
  failed = 0;
}

/** Failures that are reported with their reason. */
const failuresMax = 20;

/** What the people experienced. */
export class Measurements {
  readonly kinds = new Map<Kind, KindMeasurement>();
  readonly reads = new Histogram();
  readonly firstDelta = new Histogram();
  /** Between two deltas of one answer. */
  readonly gaps = new Histogram();
  /** The first few failures, as text. */
  readonly failures: string[] = [];
  answers = { complete: 0, unfinished: 0, wrongText: 0, gapsInOffsets: 0 };
  /** Sockets that lost their connection. */
  disconnects = 0;
  /** Requests that were not begun because too many were waiting for a response. */
  skipped = 0;
  readonly #since = performance.now();

  get seconds(): number {
    return (performance.now() - this.#since) / 1_000;
  }

  /** `outcome` is the status, or why there was no response. */
  add(kind: Kind, ms: number, outcome: number | string): void {
    const measured = this.#of(kind);
    measured.time.add(ms);
    if (kinds[kind] === 'read') this.reads.add(ms);
    if (typeof outcome === 'number' && outcome < 500) {
      if (outcome >= 400) measured.refused++;
      return;
    }
    measured.failed++;
    if (this.failures.length < failuresMax) this.failures.push(`${kind}: ${outcome}`);
  }

  #of(kind: Kind): KindMeasurement {
    const known = this.kinds.get(kind) ?? new KindMeasurement();
    this.kinds.set(kind, known);
    return known;
  }
}

/** The measurement that is going on; a new one begins after the warm-up. */
export class Recorder {
  current = new Measurements();

  restart(): void {
    this.current = new Measurements();
  }
}
