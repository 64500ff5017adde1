import type { Response } from 'express';
import { chatEndpoints } from '#shared/chats';
import { exportEndpoints } from '#shared/imports';
import { sendPieces } from '../../platform/http/sendPieces.ts';
import { Routes } from '../../platform/http/routes.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ExportFormat, ExportService } from './exports.service.ts';

const contentTypes: Record<ExportFormat, string> = {
  json: 'application/json',
  md: 'text/markdown; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
};

/** Makes the response a download. Its file name keeps letters of any script and drops what file systems reject. */
function setDownloadHeaders(res: Response, name: string, format: ExportFormat): void {
  const safeName = name.replace(/[^\p{L}\p{N}._-]+/gu, ' ').trim();
  res.attachment(`${safeName.slice(0, 80).toWellFormed().trim() || 'chat'}.${format}`);
  res.set('Content-Type', contentTypes[format]);
}

async function sendDownload(
  res: Response,
  { name, format, pieces }: { name: string; format: ExportFormat; pieces: AsyncIterable<string> },
): Promise<void> {
  const rest = pieces[Symbol.asyncIterator]();
  // Read first, so that a failure is still sent as an error.
  const first = await rest.next();
  setDownloadHeaders(res, name, format);
  const all = async function* () {
    if (first.done) return;
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => rest };
  };
  await sendPieces(res, all());
}

export function exportRoutes({ rateLimits, inFlight }: Platform, exports: ExportService): Routes {
  const routes = new Routes();
  const oneAtATime = { limit: rateLimits.export, inFlight: inFlight.export };

  routes.member(chatEndpoints.exportChat, oneAtATime, async ({ actor, params, query, res }) => {
    const { title, pieces } = await exports.exportChat(actor, params.id, query.format);
    await sendDownload(res, { name: title, format: query.format, pieces });
  });

  routes.member(exportEndpoints.exportChats, oneAtATime, async ({ actor, res }) => {
    const name = `parley-chats-${new Date().toISOString().slice(0, 10)}`;
    await sendDownload(res, { name, format: 'json', pieces: exports.exportAll(actor) });
  });

  return routes;
}
