import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import type { Request } from 'express';
import { DomainError, invalid, tooLarge } from '../../../platform/errors.ts';

interface IncomingFile {
  /** The file name on the user's machine; empty if unknown. */
  name: string;
  bytes: AsyncIterable<Buffer>;
}

const wrongType = (message: string) => new DomainError('wrong_type', message);
const interrupted = () => invalid('The upload was interrupted. Try again.');
const noFile = () => invalid('The upload contains no file. Choose the JSON or ZIP file of an export.');

/** Returns the first file of a form. The rest of the form is ignored. */
function fileOfForm(req: Request): Promise<IncomingFile> {
  return new Promise((resolve, reject) => {
    const form = busboy({ headers: req.headers, defParamCharset: 'utf8', limits: { files: 1, parts: 20 } });
    form.once('file', (_field, bytes: Readable, { filename }) => {
      // The stream may fail before it is read, and an unhandled error would end the process.
      bytes.on('error', () => undefined);
      resolve({ name: filename ?? '', bytes });
    });
    form.on('error', reject);
    form.once('close', () => reject(noFile()));
    // `pipe` does not forward errors of its source.
    req.once('error', (error) => form.destroy(error));
    req.pipe(form);
  });
}

const bodyTypes = ['json', 'application/zip', 'application/x-zip-compressed', 'application/octet-stream'];

async function incomingFile(req: Request): Promise<IncomingFile> {
  const encoding = req.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw wrongType('Send the file without a content encoding.');
  if (req.is('multipart/form-data')) return asUploadError(fileOfForm(req));
  // The connection is kept open when reading stops early, because the response still has to be sent.
  if (req.is(bodyTypes)) return { name: '', bytes: req.iterator({ destroyOnReturn: false }) };
  throw wrongType('Send a JSON or ZIP file, as a form (multipart/form-data) or as the body.');
}

/** Any error while receiving means that the upload was interrupted, unless we refused it. */
const asUploadError = <T>(receiving: Promise<T>): Promise<T> =>
  receiving.catch((error: unknown) => Promise.reject(error instanceof DomainError ? error : interrupted()));

const largerThan = (max: number) =>
  tooLarge(`The file is larger than ${Math.floor(max / 1_000_000).toLocaleString('en')} MB.`);

/** Bytes that a form may need around its file. */
const formBytes = 100_000;

async function* limited(bytes: AsyncIterable<Buffer>, max: number): AsyncGenerator<Buffer> {
  const chunks = bytes[Symbol.asyncIterator]();
  let received = 0;
  try {
    for (;;) {
      const step = await asUploadError(chunks.next());
      if (step.done) return;
      received += step.value.length;
      if (received > max) throw largerThan(max);
      yield step.value;
    }
  } finally {
    await chunks.return?.();
  }
}

/**
 * Writes the uploaded file to `path`, which must not exist, and returns the name of the file. Refuses requests of other
 * types than JSON and ZIP; the content is checked when the file is read. Closes the connection when `stopped` is aborted.
 */
export async function receiveUpload(
  req: Request,
  path: string,
  maxBytes: number,
  stopped: AbortSignal,
): Promise<string> {
  const hangUp = () => req.destroy(interrupted());
  stopped.addEventListener('abort', hangUp);
  try {
    // A request with too large a Content-Length is refused before it is read.
    if (Number(req.headers['content-length']) > maxBytes + formBytes) throw largerThan(maxBytes);
    const { name, bytes } = await incomingFile(req);
    await pipeline(limited(bytes, maxBytes), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    return name;
  } finally {
    stopped.removeEventListener('abort', hangUp);
    // Unread data would block the next request on the connection.
    req.unpipe();
    req.resume();
  }
}
