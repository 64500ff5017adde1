import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { chatEndpoints } from '#shared/chats';
import { exportEndpoints } from '#shared/imports';
import { Routes } from '../../platform/http/routes.ts';
import type { ExportService, Format } from './exports.service.ts';

const types: Record<Format, string> = {
  json: 'application/json',
  md: 'text/markdown; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
};

/** A file to save, never a page to show. Names keep letters of any script and nothing a file system minds. */
function asDownload(res: Response, name: string, format: Format): void {
  const safe = name.replace(/[^\p{L}\p{N}._-]+/gu, ' ').trim();
  res.attachment(`${safe.slice(0, 80).toWellFormed().trim() || 'chat'}.${format}`);
  res.set('Content-Type', types[format]);
}

export function exportRoutes(exports: ExportService): Routes {
  const routes = new Routes();

  routes.member(chatEndpoints.exportChat, async ({ actor, params, query, res }) => {
    const { title, text } = await exports.one(actor, params.id, query.format);
    asDownload(res, title, query.format);
    res.end(text);
  });

  routes.member(exportEndpoints.exportChats, async ({ actor, res }) => {
    asDownload(res, `parley-chats-${new Date().toISOString().slice(0, 10)}`, 'json');
    await pipeline(Readable.from(exports.all(actor)), res);
  });

  return routes;
}
