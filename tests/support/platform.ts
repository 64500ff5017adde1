import { SingleNode } from '../../server/src/platform/cluster/cluster.ts';
import type { Store } from '../../server/src/platform/db/store.ts';
import { readEnv } from '../../server/src/platform/env.ts';
import { createInFlightBounds } from '../../server/src/platform/http/inFlight.ts';
import { createRateLimits } from '../../server/src/platform/http/rateLimits.ts';
import { Metrics } from '../../server/src/platform/metrics/metrics.ts';
import { createLog } from '../../server/src/platform/log.ts';
import type { Platform } from '../../server/src/platform/platform.ts';
import { SecretBox } from '../../server/src/platform/secretBox.ts';
import { SessionStore } from '../../server/src/platform/sessions/sessionStore.ts';
import { Signals } from '../../server/src/platform/signals.ts';
import { Realtime } from '../../server/src/platform/sockets/realtime.ts';

/** A platform for tests of queries and services without a server. `at` is the clock, which the test may move. */
export function createTestPlatform(store: Store, at: { now: number } = { now: 1_750_000_000_000 }): Platform {
  const log = createLog('error');
  const cluster = new SingleNode();
  return {
    env: readEnv({
      WEBUI_SECRET_KEY: 'a secret for tests only',
      LOG_LEVEL: 'error',
      RATE_LIMIT_FACTOR: '1000',
    }),
    store,
    log,
    metrics: new Metrics(),
    now: () => at.now,
    cluster,
    realtime: new Realtime(cluster),
    signals: new Signals(cluster),
    secretBox: new SecretBox('a secret for tests only'),
    sessions: new SessionStore(store, 86_400_000),
    rateLimits: createRateLimits(1_000),
    inFlight: createInFlightBounds(),
  };
}
