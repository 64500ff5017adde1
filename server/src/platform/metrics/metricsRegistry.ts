import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import {
  counters,
  gauges,
  histograms,
  type CounterName,
  type Definition,
  type GaugeName,
  type GaugeSource,
  type HistogramName,
} from './definitions.ts';

/** Milliseconds between two measurements of the delay of the event loop. */
const loopDelayResolutionMs = 10;

type Labels = Record<string, string>;

function createAll<N extends string, D extends Definition, M>(
  definitions: Record<N, D>,
  create: (definition: D) => M,
): Record<N, M> {
  const entries = Object.entries<D>(definitions).map(([name, definition]) => [name, create(definition)]);
  return Object.fromEntries(entries) as Record<N, M>;
}

const shared = (registry: Registry, { name, help, labels }: Definition) => ({
  name,
  help,
  labelNames: [...labels],
  registers: [registry],
});

/** The metrics of one node in the format of Prometheus, with those of its process and event loop. */
export class MetricsRegistry {
  #registry = new Registry();
  #sources: readonly GaugeSource[];
  #histograms: Record<HistogramName, Histogram>;
  #counters: Record<CounterName, Counter>;
  #gauges: Record<GaugeName, Gauge>;

  constructor(sources: readonly GaugeSource[]) {
    const registry = this.#registry;
    this.#sources = sources;
    this.#histograms = createAll(
      histograms,
      (each) => new Histogram({ ...shared(registry, each), buckets: [...each.buckets] }),
    );
    this.#counters = createAll(counters, (each) => new Counter(shared(registry, each)));
    this.#gauges = createAll(gauges, (each) => new Gauge(shared(registry, each)));
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopDelayResolutionMs });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  observe(name: HistogramName, seconds: number, labels: Labels): void {
    this.#histograms[name].observe(labels, seconds);
  }

  count(name: CounterName, labels: Labels): void {
    this.#counters[name].inc(labels);
  }

  async text(): Promise<string> {
    for (const { name, labels, read } of this.#sources) this.#gauges[name].set(labels, read());
    return this.#registry.metrics();
  }
}
