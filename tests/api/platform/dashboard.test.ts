import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { counters, gauges, histograms } from '../../../server/src/platform/metrics/definitions.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { MetricSamples } from '../../support/metricSamples.ts';

interface Panel {
  id: number;
  type: string;
  title: string;
  datasource?: { uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string; datasource: { uid: string } }[];
}
interface Dashboard {
  panels: Panel[];
  templating: { list: { name: string; type: string }[] };
}

const file = 'docker/grafana/parley.json';
const dashboard = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
/** The metrics that an expression reads: names in front of a selector. */
const readIn = (expr: string) =>
  [...expr.matchAll(/\b([a-z_]+)\{/g)].map(([, name]) => name!.replace(/_(bucket|sum|count)$/, ''));

describe('the Grafana dashboard', () => {
  let app: TestApp;
  let samples: MetricSamples;
  beforeAll(async () => {
    app = await createTestApp();
    samples = new MetricSamples((await app.stranger().agent.get('/metrics').expect(200)).text);
  });
  afterAll(() => app.end());

  test('shows only metrics that exist', () => {
    const names = expressions.flatMap(readIn);
    expect(names.length).toBeGreaterThan(30);
    expect([...new Set(names)].filter((name) => !samples.names.has(name))).toEqual([]);
  });

  test('shows every metric of Parley', () => {
    const shown = new Set(expressions.flatMap(readIn));
    const all = [histograms, counters, gauges].flatMap((each) => Object.values(each)).map(({ name }) => name);
    expect(all.filter((name) => !shown.has(name))).toEqual([]);
  });

  test('every panel reads the chosen data source, job and nodes', () => {
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['datasource', 'job', 'instance']);
    for (const { title, datasource, targets = [] } of panels) {
      expect([title, datasource?.uid]).toEqual([title, '${datasource}']);
      expect(targets.length).toBeGreaterThan(0);
      for (const target of targets) {
        expect(target.datasource.uid).toBe('${datasource}');
        for (const [, selector] of target.expr.matchAll(/\{([^}]*)\}/g))
          expect([title, selector]).toEqual([
            title,
            expect.stringContaining('job=~"$job",instance=~"$instance"'),
          ]);
      }
    }
  });

  test('no two panels have the same id or overlap', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)}:${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...dashboard.panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });
});
