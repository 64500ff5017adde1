import { existsSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { Router, type RequestHandler } from 'express';
import sirv from 'sirv';

const hourSeconds = 3_600;
/** File names in /assets contain the hash of their content, so browsers can keep them for a year. */
const assetCaching = 'public,max-age=31536000,immutable';

/** Serves the files of the build, each in its precompressed form if the browser accepts it. Reads the folder once. */
function files(folder: string): RequestHandler {
  const serve = sirv(folder, {
    brotli: true,
    gzip: true,
    etag: true,
    extensions: [],
    maxAge: hourSeconds,
    setHeaders,
  });
  return (req, res, next) => {
    // A range of a compressed file cannot be decompressed, and no file is large enough to need ranges.
    delete req.headers.range;
    serve(req, res, next);
  };
}

function setHeaders(res: ServerResponse, pathname: string): void {
  if (pathname.startsWith('/assets/')) res.setHeader('Cache-Control', assetCaching);
  // sirv does not handle errors of the file or an early close of the connection: without this, a file that was removed
  // since the start would end the process, and an aborted download would leave the file open.
  res.once('pipe', (file) => {
    file.once('error', () => res.destroy());
    res.once('close', () => file.destroy());
  });
}

/** Serves one HTML file for many paths. Reads it once. */
function shell(file: string): RequestHandler {
  const html = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  return (_req, res) => {
    res.set('Cache-Control', 'no-cache');
    if (html === undefined) res.status(503).type('text').send('The client is not built. Run npm start.');
    else res.type('html').send(html);
  };
}

const missingAsset: RequestHandler = (_req, res) => {
  res.status(404).set('Cache-Control', 'no-store').type('text').send('Not found.');
};

const noIndex: RequestHandler = (_req, res, next) => {
  res.set('X-Robots-Tag', 'noindex, nofollow');
  next();
};

/**
 * The built client: its files and two HTML shells. The light shell for shared pages is the same for every id, so that it
 * does not reveal which links exist. The other shell serves all remaining paths.
 */
export function staticFiles(folder: string): Router {
  const router = Router();
  if (existsSync(folder)) router.get('/{*path}', files(folder));
  router.get('/assets/{*path}', missingAsset);
  router.get('/s/:id', noIndex, shell(path.join(folder, 'shared.html')));
  router.get('/{*path}', shell(path.join(folder, 'index.html')));
  return router;
}
