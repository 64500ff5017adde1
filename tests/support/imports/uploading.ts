import { request, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

interface Answer {
  status: number | undefined;
  body: unknown;
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) };
}

const open = (
  url: string,
  cookie: string,
  headers: OutgoingHttpHeaders,
): [ClientRequest, Promise<Answer>] => {
  const sent = request(`${url}/api/v1/imports`, { method: 'POST', headers: { cookie, ...headers } });
  const answer = new Promise<Answer>((resolve, reject) => {
    sent.once('response', (response) => resolve(read(response)));
    sent.once('error', reject);
  });
  // An upload that is abandoned has no answer to look at.
  answer.catch(() => undefined);
  return [sent, answer];
};

/** Sends the head of a request and nothing more, and answers with what the server says to that. */
export async function postOnly(url: string, cookie: string, headers: OutgoingHttpHeaders): Promise<Answer> {
  const [sent, answer] = open(url, cookie, headers);
  sent.flushHeaders();
  try {
    return await answer;
  } finally {
    sent.destroy();
  }
}

async function until(met: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await pause(5)) if (await met()) return;
  throw new Error(`Waited 10 s for ${what}.`);
}

/** An upload that stops in the middle until it is told to go on, or to go away. */
export function startUpload(url: string, cookie: string, start: string, { form = false } = {}) {
  const headers = form
    ? { 'content-type': 'multipart/form-data; boundary=x' }
    : { 'content-type': 'application/json' };
  const [sent, answer] = open(url, cookie, headers);
  sent.write(
    form ? `--x\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n${start}` : start,
  );
  return {
    /** Resolves when the server has begun to keep it. */
    arrived: (files: () => Promise<string[]>) => until(async () => (await files()).length > 0, 'the upload'),
    isGone: (files: () => Promise<string[]>) =>
      until(async () => (await files()).length === 0, 'the clean-up'),
    finish(rest: string): Promise<Answer> {
      sent.end(rest);
      return answer;
    },
    abandon: () => sent.destroy(),
  };
}
