import { request, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

interface UploadResponse {
  status: number | undefined;
  body: unknown;
}

async function read(response: IncomingMessage): Promise<UploadResponse> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) };
}

const open = (
  url: string,
  cookie: string,
  headers: OutgoingHttpHeaders,
): [ClientRequest, Promise<UploadResponse>] => {
  const sent = request(`${url}/api/v1/imports`, { method: 'POST', headers: { cookie, ...headers } });
  const response = new Promise<UploadResponse>((resolve, reject) => {
    sent.once('response', (message) => resolve(read(message)));
    sent.once('error', reject);
  });
  // An abandoned upload has no response.
  response.catch(() => undefined);
  return [sent, response];
};

/** Sends only the headers of a request, and returns the response. */
export async function postHeaders(
  url: string,
  cookie: string,
  headers: OutgoingHttpHeaders,
): Promise<UploadResponse> {
  const [sent, response] = open(url, cookie, headers);
  sent.flushHeaders();
  try {
    return await response;
  } finally {
    sent.destroy();
  }
}

async function waitUntil(condition: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await pause(5)) if (await condition()) return;
  throw new Error(`Waited 10 s for ${what}.`);
}

/** Starts an upload that pauses in the middle until it is finished or abandoned. */
export function startUpload(url: string, cookie: string, start: string, { form = false } = {}) {
  const headers = form
    ? { 'content-type': 'multipart/form-data; boundary=x' }
    : { 'content-type': 'application/json' };
  const [sent, response] = open(url, cookie, headers);
  sent.write(
    form ? `--x\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n${start}` : start,
  );
  return {
    /** Resolves when the server has started to write the file. */
    waitUntilArrived: (files: () => Promise<string[]>) =>
      waitUntil(async () => (await files()).length > 0, 'the upload'),
    waitUntilRemoved: (files: () => Promise<string[]>) =>
      waitUntil(async () => (await files()).length === 0, 'the cleanup'),
    finish(rest: string): Promise<UploadResponse> {
      sent.end(rest);
      return response;
    },
    abandon: () => sent.destroy(),
  };
}
