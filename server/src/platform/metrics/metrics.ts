import type {
  counters,
  CounterName,
  GaugeName,
  gauges,
  GaugeSource,
  HistogramName,
  histograms,
  LabelsOf,
} from './definitions.ts';
import type { MetricsRegistry } from './metricsRegistry.ts';

/**
 * What this node counts and measures about itself. Off until it is started: then every call is a single check, and the
 * library is not loaded.
 */
export class Metrics {
  #registry: MetricsRegistry | undefined;
  #starting: Promise<MetricsRegistry> | undefined;
  #sources: GaugeSource[] = [];
  #startListeners: (() => void)[] = [];

  get isOn(): boolean {
    return this.#registry !== undefined;
  }

  /** Starts to count and measure. Resolves when everything that happens from now on is recorded. */
  async start(): Promise<void> {
    this.#starting ??= this.#load();
    await this.#starting;
  }

  /** Calls the listener once metrics are on. For what must not even read the clock before. */
  onStart(listener: () => void): void {
    if (this.isOn) listener();
    else this.#startListeners.push(listener);
  }

  /** Adds one duration. */
  observe<N extends HistogramName>(name: N, seconds: number, labels: LabelsOf<(typeof histograms)[N]>): void {
    this.#registry?.observe(name, seconds, labels);
  }

  /** Adds one occurrence. */
  count<N extends CounterName>(name: N, labels: LabelsOf<(typeof counters)[N]>): void {
    this.#registry?.count(name, labels);
  }

  /** Shows what `read` returns whenever the metrics are read. Sources of one name differ in their labels. */
  gauge<N extends GaugeName>(name: N, labels: LabelsOf<(typeof gauges)[N]>, read: () => number): void {
    this.#sources.push({ name, labels, read });
  }

  /** Returns all metrics as text, and its type. Starts them if needed. */
  async read(): Promise<{ type: string; text: string }> {
    await this.start();
    const registry = await this.#starting!;
    return { type: registry.contentType, text: await registry.text() };
  }

  async #load(): Promise<MetricsRegistry> {
    const { MetricsRegistry } = await import('./metricsRegistry.ts');
    this.#registry = new MetricsRegistry(this.#sources);
    for (const listener of this.#startListeners) listener();
    return this.#registry;
  }
}
