import { MemoryStore, type Store as CounterStore } from 'express-rate-limit';
import type { ServerOptions } from 'socket.io';
import type { MessageStatus } from '#shared/messages';
import { newId } from '../ids.ts';
import type { RemoteSignal } from '../signals.ts';
import { MemoryCounts, type Counts } from './counts.ts';
import { MemoryLeases, type Leases } from './leases.ts';

/** What one node asks the others, and what the node that knows replies. */
export interface QuestionMap {
  /** The text so far of an answer that another node is writing. Only the node `writerId` replies. */
  'answer:text': {
    payload: { messageId: string; writerId: string };
    reply: {
      content: string;
      reasoning: string | null;
      reasoningMs: number | null;
      status: MessageStatus;
      error: string | null;
    };
  };
  /** Stops the answers that another node is writing in a chat. Replied when they are stored. */
  'answers:stop': { payload: { chatId: string }; reply: { stopped: number } };
}
export type Question = keyof QuestionMap;
export type SocketAdapter = ServerOptions['adapter'];
/** Returns undefined when this node does not know. */
export type Responder<Q extends Question> = (
  payload: QuestionMap[Q]['payload'],
) => Promise<QuestionMap[Q]['reply'] | undefined>;

export type CommandListener = (ms: number, result: 'done' | 'failed') => void;

/** Connects the nodes of one instance. Everything it carries can be lost: the database has the truth. */
export interface Cluster {
  /** Identifies this process among the nodes, for as long as it runs. */
  readonly nodeId: string;
  /** Whether other nodes may serve the same database. */
  readonly isShared: boolean;
  /** Whether messages reach the other nodes now. Always true on a single node. */
  readonly isConnected: boolean;
  readonly leases: Leases;
  readonly counts: Counts;
  /** Carries the rooms of sockets between nodes. Undefined on a single node. */
  readonly socketAdapter: SocketAdapter | undefined;
  /** Creates a counter for rate limits, shared with the other nodes by its name. */
  counter(name: string): CounterStore;
  /** Sends the signal to every other node. Returns at once. */
  publish(signal: RemoteSignal): void;
  /** Receives the signals of other nodes. */
  onSignal(listener: (signal: RemoteSignal) => void): void;
  /** Asks the other nodes. Returns the first reply, or undefined when none of them replied within `timeoutMs`. */
  ask<Q extends Question>(
    question: Q,
    payload: QuestionMap[Q]['payload'],
    timeoutMs: number,
  ): Promise<QuestionMap[Q]['reply'] | undefined>;
  /** Replies to the question when another node asks it. */
  respond<Q extends Question>(question: Q, responder: Responder<Q>): void;
  /**
   * Calls the listener when signals of other nodes may have been missed: every few seconds while this node cannot reach
   * them, and once when it can again. Listeners check against the database what they know in memory.
   */
  onMissed(listener: () => Promise<void>): void;
  /** Calls the listener when `isConnected` changes, and with true when events of other nodes were lost meanwhile. */
  onConnection(listener: (isConnected: boolean) => void): void;
  /** Calls the listener with the time of every command that goes to Redis. Absent without Redis. */
  onCommand?(listener: CommandListener): void;
  close(): Promise<void>;
}

/** The only node of an instance: there is nobody to reach. */
export class SingleNode implements Cluster {
  readonly nodeId = newId();
  readonly isShared = false;
  readonly isConnected = true;
  readonly leases = new MemoryLeases(this.nodeId);
  readonly counts = new MemoryCounts();
  readonly socketAdapter = undefined;

  counter(): CounterStore {
    return new MemoryStore();
  }
  publish(): void {}
  onSignal(): void {}
  ask(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
  respond(): void {}
  onMissed(): void {}
  onConnection(): void {}
  close(): Promise<void> {
    return Promise.resolve();
  }
}
