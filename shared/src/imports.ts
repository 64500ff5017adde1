import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { Id } from './values.ts';

export const ImportResult = z.object({
  imported: z.number(),
  /** Conversations that an earlier import has already added. */
  skipped: z.number(),
  failed: z.array(z.object({ title: z.string(), reason: z.string() })),
});
export type ImportResult = z.output<typeof ImportResult>;

export const importEndpoints = {
  /** A file (JSON or ZIP), as multipart or as the raw body. */
  importChats: endpoint({
    method: 'POST',
    path: '/imports',
    /** Chosen by the client to recognize its own `import:progress` events. */
    query: z.object({ importId: Id.optional() }),
    bodyMode: 'stream',
    response: ImportResult,
  }),
};

export const exportEndpoints = {
  /** A download: all chats of the actor as one JSON array, streamed. */
  exportChats: endpoint({ method: 'GET', path: '/exports/chats', responseMode: 'raw' }),
};
