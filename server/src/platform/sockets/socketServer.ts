import type { Server as HttpServer } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { Server, type Socket } from 'socket.io';
import type { ClientToServer, ServerToClient } from '#shared/socketEvents';
import type { Env } from '../env.ts';
import { unauthenticated } from '../errors.ts';
import { isOwnOrigin } from '../http/guards.ts';
import type { Platform } from '../platform.ts';
import { requireMember, type Actor } from '../policy.ts';
import { hashSessionId } from '../sessions/sessionStore.ts';
import type { SocketContext, SocketData, SocketFeature } from './on.ts';
import { rooms } from './realtime.ts';
import { SerialQueue } from './serialQueue.ts';

/** Bytes of one event from a browser. Events contain ids, never content. */
const maxEventBytes = 64_000;
/** Maximum unsent characters per connection, for browsers that do not read: eight times the longest answer with its reasoning. */
const unsentMax = 16_000_000;
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

/** Browsers send `Origin` on every WebSocket handshake. A client without it is not a browser, so no other site controls it. */
const isAllowedOrigin = (env: Env, origin: string | undefined, host: string | undefined) =>
  origin === undefined || isOwnOrigin(env, origin, host);

interface SocketParts {
  session: RequestHandler[];
  actor: (userId: string) => Promise<Actor | undefined>;
  features: SocketFeature[];
  onRefused: SocketContext['onRefused'];
}

/** Creates the Socket.io server, with the port and the sessions of the HTTP API. */
export function createSocketServer(http: HttpServer, platform: Platform, parts: SocketParts): Server {
  const io = new Server<ClientToServer, ServerToClient, Record<string, never>, SocketData>(http, {
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: maxEventBytes,
    pingTimeout: pingTimeoutMs,
    // CORS does not cover WebSockets, so the origin is checked here for every transport.
    allowRequest: (req, decide) =>
      decide(null, isAllowedOrigin(platform.env, req.headers.origin, req.headers.host)),
  });
  for (const middleware of parts.session) {
    io.engine.use((req: Request, res: Response, next: () => void) =>
      onlyHandshake(middleware)(req, res, next),
    );
  }

  io.use((socket, next) => {
    const { user, sessionID } = socket.request as Request;
    if (!user || user.role === 'pending') {
      next(new Error('unauthenticated'));
      return;
    }
    socket.data = { userId: user.id, sidHash: hashSessionId(sessionID) };
    next();
  });

  io.on('connection', (socket) => {
    const context: SocketContext = {
      socket,
      log: platform.log,
      queue: new SerialQueue(),
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
    limitUnsent(socket);
    for (const feature of parts.features) feature(context);
    void socket.join([rooms.user(socket.data.userId), rooms.session(socket.data.sidHash)]);
    // The session may have ended after the handshake, before this socket joined its rooms.
    context.actor().catch(() => socket.disconnect(true));
  });

  platform.realtime.attach(io);
  return io;
}
