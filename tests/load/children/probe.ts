import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { Histogram } from '../histogram.ts';

/** Watches the server processes from outside: how long the event loop keeps a request waiting, memory and CPU time. */
export type ProbeRequest =
  | { do: 'watch'; nodes: { url: string; pid: number }[] }
  /** Forgets what was measured so far. */
  | { do: 'reset' }
  | { do: 'report' };

export interface MemorySample {
  /** Seconds since the measurement began. */
  second: number;
  /** MB of the process, with the pages of the database that it maps. */
  rss: number;
  /** MB of the process without mapped files. */
  own: number;
}
export interface NodeReport {
  /** Milliseconds that `/healthz` takes, which needs nothing but a turn of the event loop. */
  lag: ReturnType<Histogram['summary']>;
  /** Probes that failed. */
  failed: number;
  memory: MemorySample[];
  /** CPU seconds used per second; 1 is one core. Undefined where the system does not tell. */
  cpu: number | undefined;
}

/** Milliseconds between two probes of the event loop, and between two samples of memory. */
const [probeMs, memoryMs] = [50, 1_000];
/** Clock ticks per second in /proc, the same on all usual systems. */
const ticksPerSecond = 100;

const readProc = (pid: number, name: string): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
};

class WatchedNode {
  #url: string;
  #pid: number;
  #agent = new Agent({ keepAlive: true });
  #lag = new Histogram();
  #failed = 0;
  #memory: MemorySample[] = [];
  #since = performance.now();
  #cpuAtStart: number | undefined;

  constructor({ url, pid }: { url: string; pid: number }) {
    this.#url = url;
    this.#pid = pid;
    this.#cpuAtStart = this.#cpuSeconds();
    setInterval(() => this.#probe(), probeMs);
    setInterval(() => this.#sampleMemory(), memoryMs);
  }

  reset(): void {
    this.#lag = new Histogram();
    this.#failed = 0;
    this.#memory = [];
    this.#since = performance.now();
    this.#cpuAtStart = this.#cpuSeconds();
  }

  report(): NodeReport {
    const cpu = this.#cpuSeconds();
    const isKnown = cpu !== undefined && this.#cpuAtStart !== undefined;
    return {
      lag: this.#lag.summary(),
      failed: this.#failed,
      memory: this.#memory,
      cpu: isKnown ? (cpu - this.#cpuAtStart!) / this.#seconds : undefined,
    };
  }

  get #seconds(): number {
    return (performance.now() - this.#since) / 1_000;
  }

  /** Does not wait for the previous probe, so that one long pause counts as often as it would have been met. */
  #probe(): void {
    const [start, lag] = [performance.now(), this.#lag];
    get(`${this.#url}/healthz`, { agent: this.#agent }, (response) => {
      response.resume().once('end', () => lag.add(performance.now() - start));
    }).on('error', () => this.#failed++);
  }

  #sampleMemory(): void {
    const status = readProc(this.#pid, 'status');
    const megabytes = (name: string) =>
      Math.round(Number(status?.match(new RegExp(`^${name}:\\s+(\\d+)`, 'm'))?.[1] ?? NaN) / 1_024);
    if (status !== undefined)
      this.#memory.push({
        second: Math.round(this.#seconds),
        rss: megabytes('VmRSS'),
        own: megabytes('RssAnon'),
      });
  }

  #cpuSeconds(): number | undefined {
    // The name of the program, in parentheses, may contain spaces.
    const fields = readProc(this.#pid, 'stat')?.split(') ')[1]?.split(' ');
    return fields && (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  }
}

let watched: WatchedNode[] = [];
process.on('message', (message: ProbeRequest) => {
  if (message.do === 'watch') watched = message.nodes.map((node) => new WatchedNode(node));
  if (message.do === 'reset') for (const node of watched) node.reset();
  process.send?.(message.do === 'report' ? watched.map((node) => node.report()) : []);
});
process.once('disconnect', () => process.exit());
