export type WorkKind = 'read' | 'write' | 'transaction';
/** Statements outside transactions that only read have connections of their own. */
export type ConnectionKind = 'read' | 'write';

/** Receives what a database measures about its work, in milliseconds. */
export interface WorkObserver {
  /** A statement outside transactions, or a whole transaction, is done or has failed. */
  worked(kind: WorkKind, ms: number): void;
  /** Work has got its connection. */
  waited(kind: ConnectionKind, ms: number): void;
}

interface Load {
  /** Open connections. */
  open: number;
  used: number;
  /** Work that waits for a connection. */
  waiting: number;
}
/** How busy the connections to a database are. */
export type DatabaseLoad = Record<ConnectionKind, Load>;

/** Measures the work of a database while it is observed. Otherwise it does not even read the clock. */
export class WorkTimes {
  #observer: WorkObserver | undefined;

  observe(observer: WorkObserver): void {
    this.#observer = observer;
  }

  /** Returns what `worked` and `waited` expect. */
  begin(): number | undefined {
    return this.#observer && performance.now();
  }

  worked(kind: WorkKind, since: number | undefined): void {
    if (since !== undefined) this.#observer?.worked(kind, performance.now() - since);
  }

  waited(kind: ConnectionKind, since: number | undefined): void {
    if (since !== undefined) this.#observer?.waited(kind, performance.now() - since);
  }
}
