import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

/** The client closed the connection before the whole response was sent. */
const prematureClose = 'ERR_STREAM_PREMATURE_CLOSE';

/**
 * Sends the pieces of a text as fast as the client reads them. Stops reading them when the client hangs up, which is
 * not an error.
 */
export async function sendPieces(
  res: Response,
  pieces: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  try {
    await pipeline(pieces, res);
  } catch (error) {
    if ((error as { code?: unknown }).code !== prematureClose) throw error;
  }
}
