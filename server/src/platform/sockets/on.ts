import type { Socket } from 'socket.io';
import {
  clientEvents,
  type Ack,
  type ClientEvent,
  type ClientToServer,
  type ParsedPayload,
  type Reply,
  type ServerToClient,
} from '#shared/socketEvents';
import { unauthenticated, type DomainError } from '../errors.ts';
import { asDomainError } from '../http/errorMapping.ts';
import type { RateLimit } from '../http/rateLimits.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Actor } from '../policy.ts';
import { currentRequestId, inRequest, newRequestId } from '../requestContext.ts';
import type { SerialQueue } from './serialQueue.ts';

export interface SocketData {
  userId: string;
  sidHash: string;
}
export type AppSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, SocketData>;

/** What a feature needs to register the events of one socket. */
export interface SocketContext {
  socket: AppSocket;
  log: Logger;
  metrics: Metrics;
  /** Reads the actor for the current event. Throws when the session has ended or the account is no longer a member. */
  actor(): Promise<Actor>;
  queue: SerialQueue;
  /** Counts all events of a person. */
  eventLimit: RateLimit;
  /** Called with every refused event, for the audit log. */
  onRefused?: (error: DomainError, event: string, userId: string) => void;
}
export type SocketFeature = (context: SocketContext) => void;

interface EventOptions {
  /** Counts these events together with requests and events of the same person on other sockets. */
  limit?: RateLimit;
}
type EventHandler<N extends ClientEvent> = (payload: ParsedPayload<N>, actor: Actor) => Promise<Reply<N>>;

/**
 * Registers an event: `(context, name, handler)` or `(context, name, options, handler)`. An event passes: payload
 * schema, rate limits, queue of the socket, actor, handler, acknowledgement.
 */
export function on<N extends ClientEvent>(
  context: SocketContext,
  name: N,
  ...rest: [EventHandler<N>] | [EventOptions, EventHandler<N>]
): void {
  const [options, handler] = rest.length === 1 ? [{}, rest[0]] : rest;
  const { socket, log, metrics, queue, eventLimit } = context;
  const limited = <T>(work: () => Promise<T>): Promise<T> => {
    const { userId } = socket.data;
    return eventLimit.run(userId, () => (options.limit ? options.limit.run(userId, work) : work()));
  };
  const handle = async (raw: unknown): Promise<Ack<Reply<N>>> => {
    const parsed = clientEvents[name].payload.safeParse(raw);
    if (!parsed.success) return refusal('invalid_request', 'The event is not valid.');
    try {
      const handleInTurn = async () => {
        // The socket may have closed while the event was in the queue.
        if (!socket.connected) throw unauthenticated();
        return handler(parsed.data as ParsedPayload<N>, await context.actor());
      };
      const data = await limited(() => queue.run(handleInTurn));
      return { ok: true, data };
    } catch (error) {
      const known = asDomainError(error);
      if (known) {
        context.onRefused?.(known, name, socket.data.userId);
        return refusal(known.code, known.message);
      }
      log.error({ err: error, event: name }, 'socket event failed');
      return refusal('internal', 'Something went wrong on the server.', currentRequestId());
    }
  };
  const listener = async (raw: unknown, ack?: unknown) => {
    const startedAt = performance.now();
    const reply = await inRequest(newRequestId(), () => handle(raw));
    metrics.observe('socketEvent', (performance.now() - startedAt) / 1_000, {
      event: name,
      result: resultOf(reply),
    });
    if (typeof ack === 'function') (ack as (reply: Ack<Reply<N>>) => void)(reply);
  };
  socket.on(name as never, listener as never);
}

const refusal = (code: string, message: string, requestId?: string): Ack<never> => ({
  ok: false,
  error: { code, message, ...(requestId === undefined ? {} : { requestId }) },
});

function resultOf(reply: Ack<unknown>): string {
  if (reply.ok) return 'done';
  return reply.error.code === 'internal' ? 'failed' : 'refused';
}
