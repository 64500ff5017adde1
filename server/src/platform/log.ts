import { pino, type Logger } from 'pino';

export type { Logger };

export const createLog = (level: string): Logger =>
  pino({
    level,
    // Bodies, cookies and keys are never logged; errors keep their message and stack.
    redact: ['req.headers', 'res.headers'],
  });
