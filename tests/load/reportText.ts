import type { NodeReport } from './children/probe.ts';
import type { BarResult, Result } from './report.ts';

/** Samples of memory that are printed for each node. */
const samples = 8;

type Cell = string | number;
type Times = { p50: number; p95: number; p99: number; max: number };
const times = ({ p50, p95, p99, max }: Times): Cell[] => [p50, p95, p99, max];

/** The first column is aligned left, the others right. */
function table(head: Cell[], rows: Cell[][]): string {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const aligned = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!);
  return all.map((row) => row.map(aligned).join('  ').trimEnd()).join('\n');
}

function situation({ machine, options, ...result }: Result): string {
  const { cores, cpu, memoryGb, system, node, loadAverage } = machine;
  const database = options.postgres ? 'PostgreSQL' : 'SQLite';
  return [
    `${cores} x ${cpu}, ${memoryGb} GB, ${system}, Node ${node}, load average ${loadAverage.join(' ')}`,
    `${options.people} people, ${options.messages} messages, ${options.links} links; ${database}, nodes: ${options.nodes}`,
    `${result.requests} requests in ${result.seconds} s: ${result.perSecond} per second; ${result.failed} failed, ${result.skipped} not begun`,
  ].join('\n');
}

function requests({ kinds }: Result): string {
  const rows = kinds
    .toSorted((a, b) => b.count - a.count)
    .map((kind) => [kind.kind, kind.count, kind.perSecond, ...times(kind), kind.refused, kind.failed]);
  return table(['milliseconds', 'count', 'per s', 'p50', 'p95', 'p99', 'max', '4xx', 'failed'], rows);
}

function streaming({ streams }: Result): string {
  const { firstDelta, gaps, complete, unfinished, wrongText, gapsInOffsets, disconnects } = streams;
  const rows = [
    ['to the first piece', firstDelta.count, ...times(firstDelta)],
    ['between two pieces', gaps.count, ...times(gaps)],
  ];
  return `${table(['streaming, milliseconds', 'count', 'p50', 'p95', 'p99', 'max'], rows)}
answers: ${complete} complete, ${unfinished} unfinished, ${wrongText} with a wrong text, ${gapsInOffsets} gaps in the text; ${disconnects} sockets lost`;
}

function server({ lag, cpu, failed, memory }: NodeReport, number: number): string {
  const shown = memory.filter((_, at) => at % Math.ceil(memory.length / samples) === 0);
  const list = shown.map(({ second, own, rss }) => `${second} s: ${own} (${rss})`).join(', ');
  return `server ${number}: event loop p50 ${lag.p50}, p99 ${lag.p99}, max ${lag.max} ms, ${failed} probes failed; ${cpu?.toFixed(2) ?? 'unknown'} cores busy
  memory in MB (with mapped files): ${list || 'unknown on this system'}`;
}

const verdict = ({ met }: BarResult) => (met === null ? 'too short to tell' : met ? 'met' : 'MISSED');

/** Returns the result as text for people. */
export function textOfResult(result: Result): string {
  const bar = result.bar.map((each) => [each.name, each.value, each.limit, verdict(each)]);
  const sections = [
    situation(result),
    requests(result),
    streaming(result),
    [
      ...result.nodes.map((node, i) => server(node, i + 1)),
      `signing in, before: p50 ${result.signIns.p50}, p99 ${result.signIns.p99} ms`,
      `this program: late by ${result.driverLagP99} ms (p99), which all times above include`,
    ].join('\n'),
    table(['bar', 'measured', 'limit', ''], bar),
    ...(result.failures.length > 0 ? [`first failures:\n  ${result.failures.join('\n  ')}`] : []),
  ];
  return `\n${sections.join('\n\n')}\n`;
}
