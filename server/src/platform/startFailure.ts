import { codesOf, isBusy, isOutOfSpace } from './db/dbErrors.ts';

const databaseHint = 'Check DATABASE_URL, and that PostgreSQL runs.';

/** What to do about an error code at the start. The error's own message comes first. */
const hints: [RegExp, string][] = [
  [/^E(CONNREFUSED|CONNRESET|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN)$/, databaseHint],
  [/^(08...|28...|3D000|53300|57P03)$/, databaseHint],
  [/^(EACCES|EPERM|EROFS|SQLITE_READONLY.*|SQLITE_CANTOPEN.*)$/, 'Check DATA_DIR and its permissions.'],
  [/^SQLITE_(NOTADB|CORRUPT)/, 'Restore the database from a backup.'],
];

/** Returns one line that says why the server cannot start and what to do. It contains no query and no password. */
export function startFailure(error: unknown): string {
  if (isBusy(error)) return 'Another process holds the database. Stop it, or set another DATA_DIR.';
  if (isOutOfSpace(error)) return 'The disk is full. Free space, then start again.';
  const codes = codesOf(error);
  const hint = hints.find(([pattern]) => codes.some((code) => pattern.test(code)))?.[1];
  const reason = innermost(error);
  const message = reason.message || codes[0] || reason.name;
  const lines = isQuery(error) || hint ? [message.split('\n')[0]] : [message];
  return [...lines, ...(hint ? [hint] : [])].join(lines[0]?.endsWith('.') ? ' ' : '. ');
}

/** Drizzle's errors carry the query and its values; their causes do not. */
const isQuery = (error: unknown) => error instanceof Error && 'query' in error;

/** The error that explains the others: the last cause, or the first of several. */
function innermost(error: unknown): Error {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (!(error instanceof Error)) return new Error(String(error));
  return error.cause instanceof Error ? innermost(error.cause) : error;
}
