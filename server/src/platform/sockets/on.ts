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
import { unauthenticated } from '../errors.ts';
import { asDomainError } from '../http/errorMapping.ts';
import type { Logger } from '../log.ts';
import type { Actor } from '../policy.ts';
import type { SerialQueue } from './serialQueue.ts';

export interface SocketData {
  userId: string;
  sidHash: string;
}
export type AppSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, SocketData>;

/** What a feature gets to register its events: the actor is read anew for every event. */
export interface SocketContext {
  socket: AppSocket;
  log: Logger;
  /** Throws when the session has ended or the account is not a member any more. */
  actor(): Promise<Actor>;
  queue: SerialQueue;
}
export type SocketFeature = (context: SocketContext) => void;

/** Listens for an event: parses the payload, asks who is there, runs, and acknowledges. */
export function on<N extends ClientEvent>(
  context: SocketContext,
  name: N,
  handler: (payload: ParsedPayload<N>, actor: Actor) => Promise<Reply<N>>,
): void {
  const { socket, log } = context;
  const listener = async (raw: unknown, ack?: unknown) => {
    const reply = (answer: Ack<Reply<N>>) => {
      if (typeof ack === 'function') (ack as (answer: Ack<Reply<N>>) => void)(answer);
    };
    const parsed = clientEvents[name].payload.safeParse(raw);
    if (!parsed.success) {
      reply({ ok: false, error: { code: 'invalid_request', message: 'The event is not valid.' } });
      return;
    }
    try {
      const data = await context.queue.run(async () => {
        // Who has gone while waiting is not answered any more.
        if (!socket.connected) throw unauthenticated();
        return handler(parsed.data as ParsedPayload<N>, await context.actor());
      });
      reply({ ok: true, data });
    } catch (error) {
      const known = asDomainError(error);
      if (!known) log.error({ err: error, event: name }, 'socket event failed');
      const { code, message } = known ?? { code: 'internal', message: 'Something went wrong on the server.' };
      reply({ ok: false, error: { code, message } });
    }
  };
  socket.on(name as never, listener as never);
}
