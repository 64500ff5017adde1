import { readImport } from './readImport.ts';
import { readInThread } from './readInThread.ts';

/**
 * Everything an upload holds; see `readImport`. The built server reads in a thread of its own. Run from its sources
 * (in development and in tests) it reads in place: a thread cannot be started from a file that is still TypeScript.
 */
export const readUpload = import.meta.url.endsWith('.ts') ? readImport : readInThread;
export type ReadUpload = typeof readImport;
