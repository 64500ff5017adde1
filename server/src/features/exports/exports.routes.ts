import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { chatEndpoints } from '#shared/chats';
import { exportEndpoints } from '#shared/imports';
import { Routes } from '../../platform/http/routes.ts';
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

/** Sends the pieces as fast as the client reads them. Stops reading them when it hangs up. */
async function send(
  res: Response,
  { name, format, pieces }: { name: string; format: ExportFormat; pieces: AsyncIterable<string> },
): Promise<void> {
  const rest = pieces[Symbol.asyncIterator]();
  // Read first, so that a failure is still sent as an error.
  const first = await rest.next();
  setDownloadHeaders(res, name, format);
  await pipeline(async function* () {
    if (first.done) return;
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => rest };
  }, res);
}

export function exportRoutes(exports: ExportService): Routes {
  const routes = new Routes();

  routes.member(chatEndpoints.exportChat, async ({ actor, params, query, res }) => {
    const { title, pieces } = await exports.exportChat(actor, params.id, query.format);
    await send(res, { name: title, format: query.format, pieces });
  });

  routes.member(exportEndpoints.exportChats, async ({ actor, res }) => {
    const name = `parley-chats-${new Date().toISOString().slice(0, 10)}`;
    await send(res, { name, format: 'json', pieces: exports.exportAll(actor) });
  });

  return routes;
}
