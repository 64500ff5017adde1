import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import type { Request } from 'express';
import { DomainError, invalid, tooLarge } from '../../../platform/errors.ts';

interface Incoming {
  /** As the person's own machine calls the file; empty when it does not say. */
  name: string;
  bytes: AsyncIterable<Buffer>;
}

const wrongType = (message: string) => new DomainError('wrong_type', message);
const cutOff = () => invalid('The upload was cut off. Try again.');
const noFile = () => invalid('There is no file in the upload. Choose the JSON or ZIP file of an export.');

/** The first file of a form. What follows it is read over. */
function fileOfForm(req: Request): Promise<Incoming> {
  return new Promise((resolve, reject) => {
    const form = busboy({ headers: req.headers, defParamCharset: 'utf8', limits: { files: 1, parts: 20 } });
    form.once('file', (_field, bytes: Readable, { filename }) => {
      // It may break before anyone reads it, and an error no one listens to would end the process.
      bytes.on('error', () => undefined);
      resolve({ name: filename ?? '', bytes });
    });
    form.on('error', reject);
    form.once('close', () => reject(noFile()));
    // A pipe does not tell its end that its beginning broke.
    req.once('error', (error) => form.destroy(error));
    req.pipe(form);
  });
}

const bodyTypes = ['json', 'application/zip', 'application/x-zip-compressed', 'application/octet-stream'];

async function incoming(req: Request): Promise<Incoming> {
  const encoding = req.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw wrongType('Send the file as it is, without a content encoding.');
  if (req.is('multipart/form-data')) return whole(fileOfForm(req));
  // The connection stays open when reading stops early, for the answer still has to go out.
  if (req.is(bodyTypes)) return { name: '', bytes: req.iterator({ destroyOnReturn: false }) };
  throw wrongType('Send a JSON or ZIP file, as a form (multipart/form-data) or as the body.');
}

/** Whatever goes wrong with what arrives is that it does not arrive whole, unless we refused it. */
const whole = <T>(arriving: Promise<T>): Promise<T> =>
  arriving.catch((error: unknown) => Promise.reject(error instanceof DomainError ? error : cutOff()));

const refuseLarge = (max: number) =>
  tooLarge(`The file is larger than ${Math.floor(max / 1_000_000).toLocaleString('en')} MB.`);

/** Bytes a form may need around its file. */
const formBytes = 100_000;

async function* atMost(bytes: AsyncIterable<Buffer>, max: number): AsyncGenerator<Buffer> {
  const chunks = bytes[Symbol.asyncIterator]();
  let received = 0;
  try {
    for (;;) {
      const step = await whole(chunks.next());
      if (step.done) return;
      received += step.value.length;
      if (received > max) throw refuseLarge(max);
      yield step.value;
    }
  } finally {
    await chunks.return?.();
  }
}

/**
 * Writes the uploaded file to `path`, which must not exist yet, and answers with the name it was uploaded under.
 * Refuses other types than JSON and ZIP by what the request says; what is in the file shows when it is read.
 * Once `stopped` is aborted the connection is closed: what is still on its way is not waited for.
 */
export async function receiveUpload(
  req: Request,
  path: string,
  maxBytes: number,
  stopped: AbortSignal,
): Promise<string> {
  const hangUp = () => req.destroy(cutOff());
  stopped.addEventListener('abort', hangUp);
  try {
    // Said beforehand, it need not be sent at all.
    if (Number(req.headers['content-length']) > maxBytes + formBytes) throw refuseLarge(maxBytes);
    const { name, bytes } = await incoming(req);
    await pipeline(atMost(bytes, maxBytes), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    return name;
  } finally {
    stopped.removeEventListener('abort', hangUp);
    // What no one reads any more would block the connection's next request.
    req.unpipe();
    req.resume();
  }
}
