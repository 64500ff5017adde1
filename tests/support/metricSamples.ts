type Labels = Record<string, string>;

interface Sample {
  name: string;
  labels: Labels;
  value: number;
}

function parse(line: string): Sample {
  const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', text = '']) => [key, text]);
  return { name, labels: Object.fromEntries(pairs) as Labels, value: Number(value) };
}

/** What `GET /metrics` responded. */
export class MetricSamples {
  readonly text: string;
  readonly #samples: Sample[];

  constructor(text: string) {
    this.text = text;
    this.#samples = text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map(parse);
  }

  /** The names of all metrics, as their types are declared: without `_bucket`, `_sum` and `_count`. */
  get names(): Set<string> {
    return new Set([...this.text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name!));
  }

  /** The value of the one sample with exactly these labels. */
  value(name: string, labels: Labels = {}): number | undefined {
    return this.#matching(name, labels).find(
      (each) => Object.keys(each.labels).length === Object.keys(labels).length,
    )?.value;
  }

  /** The sum of all samples that have these labels, among others. */
  sum(name: string, labels: Labels = {}): number {
    return this.#matching(name, labels).reduce((sum, { value }) => sum + value, 0);
  }

  #matching(name: string, labels: Labels): Sample[] {
    return this.#samples.filter(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([key, text]) => sample.labels[key] === text),
    );
  }
}
