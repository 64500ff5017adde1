const codeOf = (error: unknown): string => {
  const { code, cause } = error as { code?: string; cause?: unknown };
  return typeof code === 'string' ? code : cause ? codeOf(cause) : '';
};

/** Whether a unique constraint was violated. Drizzle wraps the driver's error, so causes are checked too. */
export const isUniqueViolation = (error: unknown): boolean =>
  ['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', '23505'].includes(codeOf(error));

/** Whether the disk is full or cannot be written. */
export const isOutOfSpace = (error: unknown): boolean =>
  /^(SQLITE_FULL|SQLITE_IOERR.*|ENOSPC|53100)$/.test(codeOf(error));

export const isBusy = (error: unknown): boolean => codeOf(error).startsWith('SQLITE_BUSY');
