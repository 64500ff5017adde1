import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { Id } from './values.ts';

export const ImportResult = z.object({
  imported: z.number(),
  /** Already here from an earlier import of the same conversation. */
  skipped: z.number(),
  failed: z.array(z.object({ title: z.string(), reason: z.string() })),
});
export type ImportResult = z.output<typeof ImportResult>;

export const importEndpoints = {
  /** A file, as multipart or as the raw body (JSON or ZIP). */
  importChats: endpoint({
    method: 'POST',
    path: '/imports',
    /** Made by the client to tell its own `import:progress` events. */
    query: z.object({ importId: Id.optional() }),
    bodyMode: 'stream',
    response: ImportResult,
  }),
};

export const exportEndpoints = {
  /** A download: all of one's chats as one JSON array, streamed. */
  exportChats: endpoint({ method: 'GET', path: '/exports/chats', responseMode: 'raw' }),
};
