import type { Cluster } from './cluster/cluster.ts';
import type { Store } from './db/store.ts';
import type { Env } from './env.ts';
import type { InFlightBounds } from './http/inFlight.ts';
import type { RateLimits } from './http/rateLimits.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { SecretBox } from './secretBox.ts';
import type { SessionStore } from './sessions/sessionStore.ts';
import type { Signals } from './signals.ts';
import type { Realtime } from './sockets/realtime.ts';

/** Services that every feature can use. */
export interface Platform {
  env: Env;
  store: Store;
  log: Logger;
  metrics: Metrics;
  /** Returns milliseconds since the epoch. Tests replace it. */
  now: () => number;
  /** The other nodes that serve this instance, if any. */
  cluster: Cluster;
  realtime: Realtime;
  signals: Signals;
  secretBox: SecretBox;
  sessions: SessionStore;
  rateLimits: RateLimits;
  inFlight: InFlightBounds;
}
