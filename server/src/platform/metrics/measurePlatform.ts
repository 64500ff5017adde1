import type { ConnectionKind, WorkObserver } from '../db/workTimes.ts';
import type { Platform } from '../platform.ts';
import type { Metrics } from './metrics.ts';

/** Values that only the servers know. */
interface Servers {
  connections: () => number;
  sockets: () => number;
}

/** Adds the metrics of everything below the features. */
export function measurePlatform(platform: Platform, { connections, sockets }: Servers): void {
  const { metrics, env, store, inFlight, cluster } = platform;
  metrics.gauge('info', { version: env.version, database: store.dialect.name }, () => 1);
  metrics.gauge('connections', {}, connections);
  metrics.gauge('sockets', {}, sockets);
  for (const [queue, bound] of Object.entries(inFlight)) {
    metrics.gauge('waiting', { queue: `requests_${queue}` }, () => bound.waiting);
  }
  metrics.gauge('clusterShared', {}, () => Number(cluster.isShared));
  metrics.gauge('clusterConnected', {}, () => Number(cluster.isConnected));
  for (const kind of ['read', 'write'] as const) measureConnections(platform, kind);
  metrics.onStart(() => {
    store.observe(recordIn(metrics));
    cluster.onCommand?.((ms, result) => metrics.observe('redis', ms / 1_000, { result }));
  });
}

function measureConnections({ metrics, store }: Platform, kind: ConnectionKind): void {
  const load = () => store.load[kind];
  metrics.gauge('databaseConnections', { kind, state: 'used' }, () => load().used);
  metrics.gauge('databaseConnections', { kind, state: 'idle' }, () => load().open - load().used);
  metrics.gauge('waiting', { queue: `database_${kind}` }, () => load().waiting);
}

const recordIn = (metrics: Metrics): WorkObserver => ({
  worked: (kind, ms) => metrics.observe('database', ms / 1_000, { kind }),
  waited: (kind, ms) => metrics.observe('databaseWait', ms / 1_000, { kind }),
});
