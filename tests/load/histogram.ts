import { createHistogram } from 'node:perf_hooks';

/** Milliseconds to three digits. */
const rounded = (ms: number) => Number(ms.toPrecision(3));

/** Milliseconds of many measurements, in constant memory. Exact to about 0.1 %. */
export class Histogram {
  #microseconds = createHistogram();

  add(ms: number): void {
    this.#microseconds.record(Math.max(1, Math.round(ms * 1_000)));
  }

  get count(): number {
    return Number(this.#microseconds.count);
  }

  summary() {
    const at = (percentile: number) =>
      this.count === 0 ? 0 : rounded(this.#microseconds.percentile(percentile) / 1_000);
    return { count: this.count, p50: at(50), p95: at(95), p99: at(99), max: at(100) };
  }
}
