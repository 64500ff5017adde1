/** Returns the codes of an error and of its causes, outermost first: Drizzle and the pool wrap the driver's error. */
export function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (
    let each = error;
    typeof each === 'object' && each !== null;
    each = (each as { cause?: unknown }).cause
  ) {
    const { code } = each as { code?: unknown };
    if (typeof code === 'string') codes.push(code);
  }
  return codes;
}

const hasCode = (error: unknown, pattern: RegExp): boolean =>
  codesOf(error).some((code) => pattern.test(code));

/** The code of `DatabaseUnavailable`. */
const unavailable = 'DATABASE_UNAVAILABLE';

/** PostgreSQL cannot take the request now, but may in a moment. The cause is the driver's error. */
export class DatabaseUnavailable extends Error {
  readonly code = unavailable;
  /** Whether nothing was stored, so that the same work can run again on another connection. */
  readonly canRunAgain: boolean;
  constructor(
    message: string,
    { cause, canRunAgain = false }: { cause?: unknown; canRunAgain?: boolean } = {},
  ) {
    super(message, { cause });
    this.name = 'DatabaseUnavailable';
    this.canRunAgain = canRunAgain;
  }
}

/** Whether a unique constraint was violated. */
export const isUniqueViolation = (error: unknown): boolean =>
  hasCode(error, /^(SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)|23505)$/);

/** Whether the disk is full or cannot be written. */
export const isOutOfSpace = (error: unknown): boolean =>
  hasCode(error, /^(SQLITE_FULL|SQLITE_IOERR.*|ENOSPC|EDQUOT|53100)$/);

/** Whether another process holds a lock of the SQLite file. */
export const isBusy = (error: unknown): boolean => hasCode(error, /^SQLITE_(BUSY|LOCKED|PROTOCOL)/);

/** Whether the database cannot take the request now: it is locked, cannot be reached or written, or too many wait for it. */
export const isUnavailable = (error: unknown): boolean =>
  isBusy(error) || hasCode(error, /^(SQLITE_(READONLY|CANTOPEN).*|DATABASE_UNAVAILABLE)$/);

const messageOf = (error: unknown): string => (error as Partial<Error> | undefined)?.message ?? '';

/** Whether PostgreSQL did not respond in time: it is frozen, or the network loses every packet. */
export const isResponseTimeout = (error: unknown): boolean => messageOf(error) === 'Query read timeout';

/**
 * Whether the connection to PostgreSQL is gone: class 08, the server stops (57P01 to 57P03) or ended the session
 * (57P05, 25P03), or the network failed. The driver's own errors have no code.
 */
export const isConnectionLost = (error: unknown): boolean =>
  hasCode(
    error,
    /^(08...|57P0[1235]|25P03|E(CONN(REFUSED|RESET|ABORTED)|PIPE|TIMEDOUT|(HOST|NET)UNREACH))$/,
  ) ||
  /^Connection terminated|connection error and is not queryable|^Client was closed/.test(messageOf(error)) ||
  isResponseTimeout(error);

/** Serialization failure or deadlock: PostgreSQL rolled the whole transaction back. */
export const isConflict = (error: unknown): boolean => hasCode(error, /^(40001|40P01)$/);

/**
 * Whether PostgreSQL refused a statement that can succeed later: lock or statement timeout (55P03, 57014), no resources
 * or connections (class 53 without the full disk), a server that only reads (25006), or a database being replaced (57P04).
 */
export const isRefusedForNow = (error: unknown): boolean =>
  hasCode(error, /^(55P03|57014|53(000|200|300|400)|25006|57P04)$/);
