import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import express, { Router, type RequestHandler } from 'express';

const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/** Serves the compressed file that the build laid beside the asked one, where the browser takes it. */
const precompressed =
  (folder: string): RequestHandler =>
  (req, res, next) => {
    const known = path.posix.normalize(req.path);
    for (const [encoding, suffix] of encodings) {
      if (!req.acceptsEncodings(encoding) || !existsSync(path.join(folder, known + suffix))) continue;
      res.set('Content-Encoding', encoding);
      res.vary('Accept-Encoding');
      res.type(path.extname(known));
      req.url = known + suffix;
      break;
    }
    next();
  };

/**
 * The built client. Two shells: the light one for shared pages, which is the same for every id, so that it tells
 * nobody which links exist; and the one for everything else.
 */
export function staticFiles(folder: string): Router {
  const router = Router();
  const shell = (file: string): RequestHandler => {
    const text = existsSync(path.join(folder, file))
      ? readFileSync(path.join(folder, file), 'utf8')
      : undefined;
    return (_req, res) => {
      res.set('Cache-Control', 'no-cache');
      if (text === undefined) res.status(503).type('text').send('The client is not built. Run npm start.');
      else res.type('html').send(text);
    };
  };
  router.use(
    '/assets',
    precompressed(path.join(folder, 'assets')),
    // Names of assets carry the hash of their content.
    express.static(path.join(folder, 'assets'), {
      immutable: true,
      maxAge: '1y',
      index: false,
      fallthrough: false,
      // Parts of a compressed file would be parts of nothing.
      acceptRanges: false,
    }),
  );
  router.use(express.static(folder, { index: false, maxAge: '1h' }));
  const shared = shell('shared.html');
  router.get('/s/:id', (req, res, next) => {
    res.set('X-Robots-Tag', 'noindex, nofollow');
    shared(req, res, next);
  });
  router.get('/{*page}', shell('index.html'));
  return router;
}
