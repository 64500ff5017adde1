import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { chatEndpoints } from '#shared/chats';
import { exportEndpoints } from '#shared/imports';
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

export function exportRoutes({ rateLimits, inFlight }: Platform, exports: ExportService): Routes {
  const routes = new Routes();
  const oneAtATime = { limit: rateLimits.export, inFlight: inFlight.export };

  routes.member(chatEndpoints.exportChat, oneAtATime, async ({ actor, params, query, res }) => {
    const { title, text } = await exports.exportChat(actor, params.id, query.format);
    setDownloadHeaders(res, title, query.format);
    res.end(text);
  });

  routes.member(exportEndpoints.exportChats, oneAtATime, async ({ actor, res }) => {
    setDownloadHeaders(res, `parley-chats-${new Date().toISOString().slice(0, 10)}`, 'json');
    await pipeline(Readable.from(exports.exportAll(actor)), res);
  });

  return routes;
}
