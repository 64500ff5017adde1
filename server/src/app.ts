import { createServer, type Server as HttpServer } from 'node:http';
import path from 'node:path';
import compression from 'compression';
import express, { Router } from 'express';
import { apiPrefix } from '#shared/api';
import { createFeatures } from './features.ts';
import type { ModelTuning } from './features/models/models.service.ts';
import type { Store } from './platform/db/store.ts';
import type { Env } from './platform/env.ts';
import { notFound } from './platform/errors.ts';
import { errorHandler } from './platform/http/errorMapping.ts';
import { noStore, sameOriginOnly, securityHeaders } from './platform/http/guards.ts';
import { Health } from './platform/http/health.ts';
import { createRateLimits } from './platform/http/rateLimits.ts';
import type { Routes } from './platform/http/routes.ts';
import { staticFiles } from './platform/http/staticFiles.ts';
import { createLog, type Logger } from './platform/log.ts';
import type { Platform } from './platform/platform.ts';
import { instanceSecret, SecretBox } from './platform/secretBox.ts';
import { SessionStore } from './platform/sessions/sessionStore.ts';
import { Signals } from './platform/signals.ts';
import { Realtime, rooms } from './platform/sockets/realtime.ts';
import { createSockets } from './platform/sockets/socketServer.ts';

const dayMs = 24 * 60 * 60_000;
/** Bytes from which an answer is worth compressing. */
const compressFrom = 2_048;

/** Milliseconds an upload may take: the largest import at 5 Mbit/s. */
const slowestUploadMs = 60 * 60_000;

interface Deps {
  env: Env;
  store: Store;
  log?: Logger;
  now?: () => number;
  /** Widens the rate limits, for load tests. */
  rateFactor?: number;
  /** Another speed of the demo model, another patience with model servers, for tests. */
  modelTuning?: ModelTuning;
}

export interface App {
  http: HttpServer;
  platform: Platform;
  features: ReturnType<typeof createFeatures>;
  /** Every endpoint that is mounted and who may call it. */
  mounted: Routes['mounted'];
  /** Ends streams and sockets, keeps what came, and closes the database. */
  close(): Promise<void>;
}

/** The whole server, not yet listening, so that tests can hold it. */
export async function createApp({
  env,
  store,
  log = createLog(env.LOG_LEVEL),
  now = Date.now,
  rateFactor,
  modelTuning,
}: Deps): Promise<App> {
  const secret = instanceSecret(env.WEBUI_SECRET_KEY, env.DATA_DIR);
  const platform: Platform = {
    env,
    store,
    log,
    now,
    realtime: new Realtime(),
    signals: new Signals((error, signal) => log.error({ err: error, signal }, 'a signal was not followed')),
    secretBox: new SecretBox(secret),
    sessions: new SessionStore(store, env.SESSION_DAYS * dayMs),
    rateLimits: createRateLimits(rateFactor),
  };
  // However a session ends, whatever it has open goes with it.
  platform.sessions.on('ended', (sidHash: string) =>
    platform.realtime.disconnectRoom(rooms.session(sidHash), 'signed_out'),
  );
  const features = createFeatures(platform, secret, modelTuning);
  await features.generation.recover();
  await features.imports.recover();

  const health = new Health(store);
  const web = express();
  web.disable('x-powered-by');
  web.set('trust proxy', env.TRUST_PROXY);
  // Bodies are never cached and parsed once; computing tags for them would be for nothing.
  web.set('etag', false);
  web.use(health.router);
  web.use(securityHeaders(env));

  const api = Router();
  api.use(noStore, sameOriginOnly(env));
  api.use(compression({ threshold: compressFrom }));
  api.use(...features.sessions.middleware);
  for (const { router } of features.routes) api.use(router);
  api.use(() => {
    throw notFound();
  });
  web.use(apiPrefix, api);
  web.use(staticFiles(path.join(env.appRoot, 'dist/client')));
  web.use(errorHandler(log));

  const http = createServer(web);
  // Node would cut off an upload after five minutes; only the import takes bodies that can last so long.
  http.requestTimeout = slowestUploadMs;
  const io = createSockets(http, platform, {
    session: features.sessions.middleware,
    actor: (userId) => features.users.actor(userId),
    features: features.sockets,
  });

  return {
    http,
    platform,
    features,
    mounted: features.routes.flatMap(({ mounted }) => mounted),
    async close() {
      health.stop();
      platform.realtime.sendToAll('session:ended', { reason: 'server_stopping' });
      await features.generation.drain();
      await features.imports.stop();
      platform.sessions.close();
      await io.close();
      http.closeAllConnections();
      await features.sharing.stop();
      await store.close();
    },
  };
}
