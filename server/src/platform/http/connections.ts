import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { ipKeyGenerator } from 'express-rate-limit';
import type { Env } from '../env.ts';
import type { Logger } from '../log.ts';

/** Milliseconds between two warnings that the server is full. */
const warningIntervalMs = 60_000;
/** The part of all connections that one address may have, so that no single one fills the server. */
const partPerAddress = 0.5;

/** All TCP connections of the server, with those that became WebSockets, which the HTTP server does not know any more. */
export class Connections {
  #open = new Set<Socket>();
  #perAddress = new Map<string, number>();
  #env: Env;
  #log: Logger;
  #lastWarningAt = 0;

  constructor(http: Server, env: Env, log: Logger) {
    this.#env = env;
    this.#log = log;
    http.maxConnections = env.MAX_CONNECTIONS;
    http.prependListener('connection', (socket: Socket) => this.#add(socket));
    http.on('drop', () => this.#warn());
  }

  /** Number of open connections. */
  get open(): number {
    return this.#open.size;
  }

  /** Closes every connection at once. */
  closeAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #add(socket: Socket): void {
    this.#open.add(socket);
    const address = ipKeyGenerator(socket.remoteAddress ?? '');
    const count = (this.#perAddress.get(address) ?? 0) + 1;
    this.#perAddress.set(address, count);
    socket.once('close', () => this.#remove(socket, address));
    if (count > this.#maxPerAddress) {
      this.#warn();
      socket.destroy();
    }
  }

  #remove(socket: Socket, address: string): void {
    this.#open.delete(socket);
    const count = (this.#perAddress.get(address) ?? 1) - 1;
    if (count > 0) this.#perAddress.set(address, count);
    else this.#perAddress.delete(address);
  }

  /** Behind a reverse proxy all connections have its address. */
  get #maxPerAddress(): number {
    const { TRUST_PROXY, MAX_CONNECTIONS } = this.#env;
    return TRUST_PROXY > 0 ? MAX_CONNECTIONS : Math.ceil(MAX_CONNECTIONS * partPerAddress);
  }

  #warn(): void {
    if (Date.now() - this.#lastWarningAt < warningIntervalMs) return;
    this.#lastWarningAt = Date.now();
    this.#log.warn({ open: this.#open.size }, 'too many connections, new ones are refused (MAX_CONNECTIONS)');
  }
}
