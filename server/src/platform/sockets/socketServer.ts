import type { Server as HttpServer } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { Server, type Socket } from 'socket.io';
import type { ClientToServer, ServerToClient } from '#shared/socketEvents';
import type { Env } from '../env.ts';
import { unauthenticated } from '../errors.ts';
import { addressKey } from '../http/clientAddress.ts';
import { asDomainError } from '../http/errorMapping.ts';
import { hasOneHost, isOwnOrigin } from '../http/guards.ts';
import type { Platform } from '../platform.ts';
import { requireMember, type Actor } from '../policy.ts';
import { hashSessionId } from '../sessions/sessionStore.ts';
import type { AppSocket, SocketContext, SocketData, SocketFeature } from './on.ts';
import { rooms } from './realtime.ts';
import { SerialQueue } from './serialQueue.ts';
import { SocketCounts, type Holder } from './socketCounts.ts';

/** Bytes of one event from a browser. Events contain ids, never content. */
const maxEventBytes = 4_000;
/** Characters a connection may send in a period of so many milliseconds: ten times what the busiest tab sends. */
const [receivedMax, receivedPeriodMs] = [100_000, 10_000];
/** Characters that each packet counts at least, because handling it takes time, too. */
const packetMin = 50;
/** Maximum unsent characters per connection, for browsers that do not read: eight times the longest answer with its reasoning. */
const unsentMax = 16_000_000;
/** Milliseconds within which a new connection must sign in: the first packet of every client. */
const connectTimeoutMs = 5_000;
/** Milliseconds a client has to close its side of a connection. */
const closingMs = 2_000;
/** Milliseconds without a reply after which a connection counts as lost. */
const pingTimeoutMs = 20_000;

const onlyHandshake =
  (middleware: RequestHandler): RequestHandler =>
  (req, res, next) => {
    // Later requests of the same connection carry `sid` and were authenticated at the handshake.
    const isHandshake = (req as Request & { _query?: { sid?: string } })._query?.sid === undefined;
    if (isHandshake) middleware(req, res, next);
    else next();
  };

/** Closes a connection with too much unsent data. After reconnecting, the client requests what it missed. */
function limitUnsent({ conn }: Pick<Socket, 'conn'>): void {
  let unsent = 0;
  conn.on('packetCreate', ({ data }: { data?: { length: number } }) => {
    unsent += data?.length ?? 0;
    if (unsent > unsentMax) conn.close(true);
  });
  conn.on('flush', () => (unsent = 0));
}

/** A request as the engine passes it to its middleware, at handshakes and later ones. */
type EngineHandler = (req: Request, res: Response, next: (error?: Error) => void) => void;

function refuse(res: Response, status: number): void {
  res.writeHead(status, { Connection: 'close' });
  // For a WebSocket handshake this closes the connection.
  res.end();
}

const oneHost: EngineHandler = (req, res, next) => (hasOneHost(req) ? next() : refuse(res, 400));

/**
 * CORS does not cover WebSockets, so the origin of every request is checked here, whatever its transport. Browsers send
 * `Origin` on every handshake; a client without it is not a browser, so no other site controls it.
 */
const ownOriginOnly =
  (env: Env): EngineHandler =>
  ({ headers: { origin, host } }, res, next) =>
    origin === undefined || isOwnOrigin(env, origin, host) ? next() : refuse(res, 403);

/** Who a new connection belongs to. Express extends only the requests that it handles itself. */
const holderOf = (req: Request, proxies: number): Holder =>
  req.user && req.user.role !== 'pending' ? { userId: req.user.id } : { address: addressKey(req, proxies) };

/** Ends the TCP connection of a WebSocket, also when the client does not take part in closing it. */
function terminate({ transport }: Socket['conn']): void {
  (transport as { socket?: { terminate?: () => void } }).socket?.terminate?.();
}

/** Closes a connection that sends far too much: events are parsed on the event loop before any other limit applies. */
function limitReceived(connection: Socket['conn']): void {
  let received = 0;
  let since = performance.now();
  connection.on('packet', ({ data }: { data?: { length: number } }) => {
    if (performance.now() - since > receivedPeriodMs) {
      since = performance.now();
      received = 0;
    }
    received += Math.max(packetMin, data?.length ?? 0);
    if (received <= receivedMax) return;
    connection.close(true);
    terminate(connection);
  });
}

/** Counts every connection while it is open, and closes those that are far too many. */
function boundConnections(io: Server, counts: SocketCounts, env: Env): void {
  io.engine.on('connection', (connection: Socket['conn']) => {
    const holder = holderOf(connection.request as Request, env.TRUST_PROXY);
    counts.add(holder);
    limitReceived(connection);
    connection.once('close', () => {
      counts.remove(holder);
      setTimeout(() => terminate(connection), closingMs).unref();
    });
    if (!counts.mustClose(holder)) return;
    connection.close(true);
    terminate(connection);
  });
}

/** Closes connections that ask for an upgrade to anything but a socket: the HTTP server no longer knows them. */
function refuseOtherUpgrades(http: HttpServer, path: string): void {
  http.on('upgrade', (req, socket) => {
    if (!req.url?.startsWith(path)) socket.destroy();
  });
}

/** Lets a member in, or returns why not. The client asks about its session and tries again after a while. */
async function admit(socket: AppSocket, counts: SocketCounts): Promise<Error | undefined> {
  const { user, sessionID } = socket.request as Request;
  if (!user || user.role === 'pending') return new Error('unauthenticated');
  if (counts.isOver({ userId: user.id }) || (await counts.isOverEverywhere(user.id)))
    return new Error('too_many_sockets');
  socket.data = { userId: user.id, sidHash: hashSessionId(sessionID) };
  return undefined;
}

interface SocketParts {
  session: RequestHandler[];
  actor: (userId: string) => Promise<Actor | undefined>;
  features: SocketFeature[];
  onRefused: SocketContext['onRefused'];
}

function contextOf(socket: AppSocket, platform: Platform, parts: SocketParts): SocketContext {
  return {
    socket,
    log: platform.log,
    metrics: platform.metrics,
    queue: new SerialQueue(),
    eventLimit: platform.rateLimits.socketEvent,
    onRefused: parts.onRefused,
    async actor() {
      const live = await platform.sessions.isLive(socket.data.sidHash);
      const actor = live ? await parts.actor(socket.data.userId) : undefined;
      if (!actor) {
        socket.disconnect(true);
        throw unauthenticated();
      }
      requireMember(actor);
      return actor;
    },
  };
}

/** Tells browsers while other nodes cannot be reached, and closes sockets whose session ended on one of them meanwhile. */
function followOtherNodes({ cluster, realtime }: Platform, contexts: Map<string, SocketContext>): void {
  cluster.onConnection((isConnected) => realtime.sendToThisNode('live:changed', { paused: !isConnected }));
  cluster.onMissed(async () => {
    for (const context of contexts.values()) {
      await context.actor().catch((error: unknown) => {
        // While the database cannot be reached, nothing is known about the session.
        if (asDomainError(error)?.kind !== 'unavailable') context.socket.disconnect(true);
      });
    }
  });
}

/** Creates the Socket.io server, with the port and the sessions of the HTTP API. */
export function createSocketServer(http: HttpServer, platform: Platform, parts: SocketParts): Server {
  const io = new Server<ClientToServer, ServerToClient, Record<string, never>, SocketData>(http, {
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: maxEventBytes,
    pingTimeout: pingTimeoutMs,
    connectTimeout: connectTimeoutMs,
    destroyUpgrade: false,
    ...(platform.cluster.socketAdapter && { adapter: platform.cluster.socketAdapter }),
  });
  refuseOtherUpgrades(http, `${io.path()}/`);
  io.engine.use(oneHost);
  io.engine.use(ownOriginOnly(platform.env));
  for (const middleware of parts.session) {
    io.engine.use((req: Request, res: Response, next: () => void) =>
      onlyHandshake(middleware)(req, res, next),
    );
  }

  const counts = new SocketCounts(platform.env.RATE_LIMIT_FACTOR, platform.cluster.counts);
  boundConnections(io, counts, platform.env);
  io.use((socket, next) => void admit(socket, counts).then(next, next));

  const contexts = new Map<string, SocketContext>();
  followOtherNodes(platform, contexts);
  io.on('connection', (socket) => {
    const context = contextOf(socket, platform, parts);
    contexts.set(socket.id, context);
    socket.once('disconnect', () => contexts.delete(socket.id));
    if (!platform.cluster.isConnected) socket.emit('live:changed', { paused: true });
    limitUnsent(socket);
    for (const feature of parts.features) feature(context);
    void socket.join([rooms.user(socket.data.userId), rooms.session(socket.data.sidHash)]);
    // The session may have ended after the handshake, before this socket joined its rooms.
    context.actor().catch(() => socket.disconnect(true));
  });

  platform.realtime.attach(io);
  return io;
}
