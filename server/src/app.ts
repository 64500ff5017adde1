import { createServer, type Server as HttpServer } from 'node:http';
import path from 'node:path';
import compression from 'compression';
import express, { Router, type Express, type RequestHandler } from 'express';
import { apiPrefix } from '#shared/api';
import { createFeatures, type FeatureOptions } from './features.ts';
import { SingleNode, type Cluster } from './platform/cluster/cluster.ts';
import type { Store } from './platform/db/store.ts';
import type { Env } from './platform/env.ts';
import { notFound } from './platform/errors.ts';
import { errorHandler } from './platform/http/errorMapping.ts';
import { Connections } from './platform/http/connections.ts';
import { noStore, oneHostOnly, sameOriginOnly, securityHeaders } from './platform/http/guards.ts';
import { Health } from './platform/http/health.ts';
import { createInFlightBounds } from './platform/http/inFlight.ts';
import { knownHostOnly } from './platform/http/hosts.ts';
import { createRateLimits } from './platform/http/rateLimits.ts';
import { limitRequestTimes, serverTimeouts } from './platform/http/requestDeadlines.ts';
import { requestIds } from './platform/http/requestIds.ts';
import { requestTimes } from './platform/http/requestTimes.ts';
import type { Routes } from './platform/http/routes.ts';
import { staticFiles } from './platform/http/staticFiles.ts';
import { createLog, type Logger } from './platform/log.ts';
import { Metrics } from './platform/metrics/metrics.ts';
import { metricsEndpoint } from './platform/metrics/metricsEndpoint.ts';
import { measurePlatform } from './platform/metrics/measurePlatform.ts';
import type { Platform } from './platform/platform.ts';
import { instanceSecret, SecretBox } from './platform/secretBox.ts';
import { SessionStore, type EndReason } from './platform/sessions/sessionStore.ts';
import { closeConnections, leaveProxy, shutdownMs, shutdownStep } from './platform/shutdown.ts';
import { Signals } from './platform/signals.ts';
import { Realtime, rooms } from './platform/sockets/realtime.ts';
import { createSocketServer } from './platform/sockets/socketServer.ts';

const dayMs = 24 * 60 * 60_000;
/** Bytes from which a response is compressed. */
const compressionThreshold = 2_048;

interface AppOptions {
  env: Env;
  store: Store;
  log?: Logger;
  now?: () => number;
  /** Absent: this is the only node. */
  cluster?: Cluster;
  /** Overrides for tests. */
  featureOptions?: FeatureOptions;
}

type Features = ReturnType<typeof createFeatures>;

export interface App {
  http: HttpServer;
  platform: Platform;
  features: Features;
  /** Every mounted endpoint and who may call it. */
  mounted: Routes['mounted'];
  /** Ends streams and sockets, saves unfinished answers, and closes the database. */
  close(): Promise<void>;
}

/** Creates the whole server. It does not listen yet, so that tests can choose the port. */
export async function createApp(options: AppOptions): Promise<App> {
  const { env, store } = options;
  const secret = instanceSecret(env.WEBUI_SECRET_KEY, env.DATA_DIR);
  const platform = createPlatform(options, secret);
  const features = createFeatures(platform, secret, options.featureOptions);
  await features.recover();

  const health = new Health(store);
  const http = createServer(serverTimeouts, createWeb(platform, features, health));
  const connections = new Connections(http, env, platform.log);
  const io = createSocketServer(http, platform, {
    session: features.sessionMiddleware,
    actor: features.actor,
    onRefused: features.onRefusedEvent,
    features: features.sockets,
  });
  // After the socket server, which replaces the listeners it finds.
  limitRequestTimes(http);
  measurePlatform(platform, { connections: () => connections.open, sockets: () => io.of('/').sockets.size });
  if (env.METRICS_TOKEN !== undefined) await platform.metrics.start();

  return {
    http,
    platform,
    features,
    mounted: features.routes.flatMap(({ mounted }) => mounted),
    async close() {
      const step = (name: keyof typeof shutdownMs, work: () => Promise<unknown>) =>
        shutdownStep(platform.log, name, shutdownMs[name], work);
      const startedAt = performance.now();
      health.stop();
      if (platform.cluster.isShared) await leaveProxy(http);
      http.close();
      platform.realtime.sendToThisNode('session:ended', { reason: 'server_stopping' });
      await step('drain', () => features.drain());
      platform.sessions.close();
      await closeConnections(http, io, connections, startedAt);
      await step('features', () => features.stop());
      await step('cluster', () => platform.cluster.close());
      await step('database', () => store.close());
    },
  };
}

function createPlatform(
  { env, store, log = createLog(env.LOG_LEVEL), now = Date.now, cluster = new SingleNode() }: AppOptions,
  secret: string,
): Platform {
  const realtime = new Realtime(cluster);
  const sessions = new SessionStore(store, env.SESSION_DAYS * dayMs);
  sessions.on('ended', (sidHash: string, reason: EndReason) =>
    realtime.disconnectRoom(rooms.session(sidHash), reason),
  );
  return {
    env,
    store,
    log,
    metrics: new Metrics(),
    now,
    cluster,
    realtime,
    signals: new Signals(cluster, (error, signal) =>
      log.error({ err: error, signal }, 'signal listener failed'),
    ),
    secretBox: new SecretBox(secret),
    sessions,
    rateLimits: createRateLimits(env.RATE_LIMIT_FACTOR, (name) => cluster.counter(name)),
    inFlight: createInFlightBounds(),
  };
}

/** The path of a request, from top to bottom. `Routes` continues it for each endpoint. */
function createWeb(platform: Platform, features: Features, health: Health): Express {
  const { env, log, metrics } = platform;
  const web = express();
  web.disable('x-powered-by');
  web.set('trust proxy', env.TRUST_PROXY);
  // API responses are never cached, so computing ETags for them would be wasted work.
  web.set('etag', false);

  web.use(requestIds(env));
  web.use(requestTimes(platform));
  web.use(oneHostOnly);
  web.use(health.router);
  web.use(metricsEndpoint(env, metrics));
  web.use(securityHeaders(env));
  web.use(knownHostOnly(env, apiPrefix));
  web.use(apiPrefix, createApi(platform, features));
  web.use(staticFiles(path.join(env.appRoot, 'dist/client')));
  web.use(nothingFound);
  web.use(features.onRefusedRequest);
  web.use(errorHandler(log));
  return web;
}

function createApi({ env, inFlight }: Platform, features: Features): Router {
  const api = Router();
  api.use(noStore);
  api.use(sameOriginOnly(env));
  api.use(compression({ threshold: compressionThreshold }));
  api.use(...features.sessionMiddleware);
  api.use(inFlight.any.middleware);
  for (const { router } of features.routes) api.use(router);
  api.use(nothingFound);
  return api;
}

/** Express's own last handler would read the whole body first. */
const nothingFound: RequestHandler = () => {
  throw notFound();
};
