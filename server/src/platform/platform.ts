import type { Store } from './db/store.ts';
import type { Env } from './env.ts';
import type { RateLimits } from './http/rateLimits.ts';
import type { Logger } from './log.ts';
import type { SecretBox } from './secretBox.ts';
import type { SessionStore } from './sessions/sessionStore.ts';
import type { Signals } from './signals.ts';
import type { Realtime } from './sockets/realtime.ts';

/** Services that every feature can use. */
export interface Platform {
  env: Env;
  store: Store;
  log: Logger;
  /** Returns milliseconds since the epoch. Tests replace it. */
  now: () => number;
  realtime: Realtime;
  signals: Signals;
  secretBox: SecretBox;
  sessions: SessionStore;
  rateLimits: RateLimits;
  /** Multiplies the limits that features count themselves. */
  rateFactor: number;
}
