import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import type { MemorySample, NodeReport } from './children/probe.ts';
import type { Histogram } from './histogram.ts';
import type { Measurements } from './measurements.ts';
import type { Options } from './options.ts';

/** What an instance must keep under this load. */
const bar = {
  /** Part of all requests that may fail (5xx or no response). */
  failed: 0.000_25,
  /** Milliseconds. */
  readsP99: 500,
  loopLagP99: 100,
  /** By how much the memory at the end of a run may exceed that in its middle. */
  memoryGrowth: 1.15,
};
/** Minutes from which growth of memory can be told from a start that is still warming up. */
const memoryMinutes = 5;

type Times = ReturnType<Histogram['summary']>;

export interface BarResult {
  name: string;
  /** Null: the run was too short to tell. */
  met: boolean | null;
  value: string;
  limit: string;
}

const percent = (part: number) => `${(part * 100).toFixed(3)} %`;

/**
 * Returns the memory of the last fifth of a run divided by that of the fifth in the middle. The lowest value counts:
 * what is in use after a garbage collection.
 */
function growthOf(memory: MemorySample[]): number {
  const fifth = (from: number) =>
    Math.min(
      ...memory.slice((memory.length * from) / 5, (memory.length * (from + 1)) / 5).map(({ own }) => own),
    );
  return fifth(4) / fifth(2);
}

/** At most this many samples of memory are reported. */
const samplesMax = 60;
const thinned = (memory: MemorySample[]) =>
  memory.filter((_, i) => i % Math.ceil(memory.length / samplesMax) === 0);

interface Surroundings {
  /** Before the measurement, several people at a time. */
  signIns: Times;
  /** Milliseconds by which the process that plays the people was late, which all times include. */
  driverLagP99: number;
}

/** Returns everything that was measured, as it is printed with `--json`. */
export function resultOf(
  options: Options,
  measurements: Measurements,
  nodes: NodeReport[],
  surroundings: Surroundings,
) {
  const { seconds, answers, disconnects, skipped, failures } = measurements;
  const kinds = [...measurements.kinds].map(([kind, { time, refused, failed }]) => ({
    kind,
    ...time.summary(),
    perSecond: Number((time.count / seconds).toFixed(1)),
    refused,
    failed,
  }));
  const requests = kinds.reduce((sum, { count }) => sum + count, 0);
  const failed = kinds.reduce((sum, each) => sum + each.failed, 0);
  const result = {
    options,
    machine: {
      node: process.version,
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / 2 ** 30),
      system: `${platform()} ${arch()}`,
      loadAverage: loadavg().map((load) => Number(load.toFixed(1))),
    },
    seconds: Math.round(seconds),
    requests,
    perSecond: Number((requests / seconds).toFixed(1)),
    failed,
    skipped,
    kinds,
    reads: measurements.reads.summary(),
    streams: {
      ...answers,
      disconnects,
      firstDelta: measurements.firstDelta.summary(),
      gaps: measurements.gaps.summary(),
    },
    nodes: nodes.map((node) => ({ ...node, memory: thinned(node.memory) })),
    ...surroundings,
    failures,
  };
  return { ...result, bar: judge(options, measurements, nodes, { requests, failed }) };
}
export type Result = ReturnType<typeof resultOf>;

function judge(
  { minutes }: Options,
  { reads }: Measurements,
  nodes: NodeReport[],
  { requests, failed }: { requests: number; failed: number },
): BarResult[] {
  const failedPart = requests === 0 ? 1 : failed / requests;
  const lag = Math.max(...nodes.map((node) => node.lag.p99));
  const isLong = minutes >= memoryMinutes && nodes.every(({ memory }) => memory.length > 0);
  const growth = isLong ? Math.max(...nodes.map(({ memory }) => growthOf(memory))) : null;
  return [
    {
      name: 'failed requests',
      met: failedPart <= bar.failed,
      value: percent(failedPart),
      limit: percent(bar.failed),
    },
    {
      name: 'reads p99',
      met: reads.summary().p99 <= bar.readsP99,
      value: `${reads.summary().p99} ms`,
      limit: `${bar.readsP99} ms`,
    },
    { name: 'event loop p99', met: lag <= bar.loopLagP99, value: `${lag} ms`, limit: `${bar.loopLagP99} ms` },
    {
      name: 'growth of memory',
      met: growth === null ? null : growth <= bar.memoryGrowth,
      value: growth === null ? '' : `x ${growth.toFixed(2)}`,
      limit: `x ${bar.memoryGrowth}`,
    },
  ];
}
