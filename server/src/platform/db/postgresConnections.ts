import pg from 'pg';
import type { Logger } from '../log.ts';
import { outsideRequests } from '../requestContext.ts';
import {
  DatabaseUnavailable,
  isConflict,
  isConnectionLost,
  isRefusedForNow,
  isResponseTimeout,
} from './dbErrors.ts';
import { WorkTimes, type DatabaseLoad, type ConnectionKind, type WorkKind } from './workTimes.ts';

/** Connections for reads outside transactions, which never wait behind writers that wait for a locked row. */
const readConnections = 5;
/** Connections for transactions and single writes. */
const writeConnections = 10;
/** Statements that may wait for a connection. Further ones are refused at once. */
const [waitingReadsMax, waitingWritesMax] = [1_000, 200];
/** Milliseconds to wait for a connection, free or new. */
const connectTimeoutMs = 5_000;
/** Milliseconds. A statement that runs longer is stuck. */
const statementTimeoutMs = 30_000;
/** Milliseconds without a response after which the server counts as frozen: it did not apply its own timeout. */
const responseTimeoutMs = statementTimeoutMs + 3_000;
/** Milliseconds to wait for a lock of a row or table. */
const lockTimeoutMs = 2_000;
/** The same while others wait for a connection; longer than the second after which PostgreSQL looks for deadlocks. */
const contendedLockTimeoutMs = 1_200;
/** Times that work whose connection was lost runs again: all idle connections may have been lost with it. */
const lostConnectionRetries = writeConnections + 1;
const conflictRetries = 5;

type Query = string | pg.QueryConfig;
/** The part of a connection that Drizzle uses. */
export type Connection = Pick<PostgresConnections, 'query'>;

/** Errors that can pass are thrown as `DatabaseUnavailable`, with the driver's error as the cause. */
function translate(error: unknown): unknown {
  const isLost = isConnectionLost(error);
  // A frozen server would only let the same work wait once more.
  const canRunAgain = isConflict(error) || (isLost && !isResponseTimeout(error));
  return isLost || canRunAgain || isRefusedForNow(error)
    ? new DatabaseUnavailable('The database cannot take this request now.', { cause: error, canRunAgain })
    : error;
}

/** Whether the statement only reads and locks nothing. */
const isRead = (query: Query): boolean => {
  const text = typeof query === 'string' ? query : query.text;
  return (
    /^\s*(select|with)\b/i.test(text) &&
    !/\b(insert|update|delete|pg_\w+|for (no key|key|share))\b/i.test(text)
  );
};

/**
 * The connections to one PostgreSQL server. Every connection may be lost at any moment; what this class throws then
 * says whether the same work can run again, and reads and transactions are repeated here.
 */
export class PostgresConnections {
  #reads: pg.Pool;
  #writes: pg.Pool;
  #log: Logger;
  readonly times = new WorkTimes();

  constructor(url: string, log: Logger) {
    this.#log = log;
    this.#reads = this.#pool(url, readConnections);
    this.#writes = this.#pool(url, writeConnections);
  }

  /** Runs a statement outside transactions. */
  async query(query: Query, params?: unknown[]): Promise<pg.QueryResult> {
    const run = (connection: Connection) => connection.query(query, params);
    if (!isRead(query)) return this.#onConnection('write', run);
    return this.#again(() => this.#onConnection('read', run));
  }

  /** Runs `work` in a transaction, again after a conflict or when the connection is lost before the commit. */
  async transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#again(() =>
      this.#onConnection('transaction', async (connection) => {
        const lockMs = this.#writes.waitingCount > 0 ? contendedLockTimeoutMs : lockTimeoutMs;
        await connection.query(`begin; set local lock_timeout = ${lockMs}`);
        let result: T;
        try {
          result = await work(connection);
        } catch (error) {
          // If this fails too, the connection is lost, and the server rolls back.
          await connection.query('rollback').catch(() => undefined);
          throw error;
        }
        await commit(connection);
        return result;
      }),
    );
  }

  get load(): DatabaseLoad {
    return { read: loadOf(this.#reads), write: loadOf(this.#writes) };
  }

  async end(): Promise<void> {
    await Promise.all([this.#reads.end(), this.#writes.end()]);
  }

  #pool(url: string, max: number): pg.Pool {
    const pool = new pg.Pool({
      connectionString: url,
      max,
      connectionTimeoutMillis: connectTimeoutMs,
      statement_timeout: statementTimeoutMs,
      query_timeout: responseTimeoutMs,
      lock_timeout: lockTimeoutMs,
      idle_in_transaction_session_timeout: statementTimeoutMs,
      keepAlive: true,
    });
    // Without a listener of each connection for its whole life, a lost one would end the process.
    pool.on('connect', (client) =>
      client.on('error', (error) =>
        outsideRequests(() => this.#log.warn({ err: error }, 'database connection lost')),
      ),
    );
    // The pool reports the errors of idle connections once more.
    pool.on('error', () => undefined);
    return pool;
  }

  async #again<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const cause = unavailableCause(error);
        const attemptsMax = isConflict(cause) ? conflictRetries : lostConnectionRetries;
        if (!cause?.canRunAgain || attempt >= attemptsMax) throw error;
      }
    }
  }

  async #onConnection<T>(kind: WorkKind, work: (connection: Connection) => Promise<T>): Promise<T> {
    const client = await this.#checkOut(kind === 'read' ? 'read' : 'write');
    const startedAt = this.times.begin();
    let isLost = false;
    const connection: Connection = {
      query: async (query, params) => {
        if (isLost) throw new DatabaseUnavailable('The connection to the database is lost.');
        try {
          return await client.query(query as pg.QueryConfig, params);
        } catch (error) {
          isLost ||= isConnectionLost(error);
          throw translate(error);
        }
      },
    };
    try {
      return await work(connection);
    } finally {
      client.release(isLost);
      this.times.worked(kind, startedAt);
    }
  }

  async #checkOut(kind: ConnectionKind): Promise<pg.PoolClient> {
    const [pool, waitingMax] =
      kind === 'read' ? [this.#reads, waitingReadsMax] : [this.#writes, waitingWritesMax];
    const queuedAt = this.times.begin();
    if (pool.waitingCount >= waitingMax)
      throw new DatabaseUnavailable('Too many statements wait for the database.');
    try {
      return await pool.connect();
    } catch (error) {
      throw new DatabaseUnavailable('No connection to the database.', { cause: error });
    } finally {
      this.times.waited(kind, queuedAt);
    }
  }
}

const loadOf = ({ totalCount, idleCount, waitingCount }: pg.Pool) => ({
  open: totalCount,
  used: totalCount - idleCount,
  waiting: waitingCount,
});

/** Returns the `DatabaseUnavailable` among the error and its causes. */
function unavailableCause(error: unknown): DatabaseUnavailable | undefined {
  if (error instanceof DatabaseUnavailable) return error;
  return error instanceof Error && error.cause ? unavailableCause(error.cause) : undefined;
}

/** Throws unless everything was stored. */
async function commit(connection: Connection): Promise<void> {
  let command: string;
  try {
    ({ command } = await connection.query('commit'));
  } catch (error) {
    // A conflict was rolled back. Otherwise the connection was lost, and nobody knows whether the commit was made.
    if (isConflict(error)) throw error;
    throw new DatabaseUnavailable('The commit was not confirmed.', { cause: error });
  }
  // PostgreSQL turns a commit into a rollback, without an error, when an earlier statement failed.
  if (command !== 'COMMIT') throw new Error('The transaction was rolled back: one of its statements failed.');
}
