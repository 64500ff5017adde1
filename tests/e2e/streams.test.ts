import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../support/app.ts';
import { hasBrowser, picture, signUp, TestBrowser, type Visitor } from '../support/browser.ts';
import { chunksOf, startModelServer, type ModelServer } from '../support/modelServer.ts';
import { ownStreams, recordedStreams } from '../support/recordedStreams.ts';

const inBrowser = hasBrowser ? describe : describe.skip;
const streams = [...ownStreams, ...recordedStreams].filter((stream) => stream.content !== '');

inBrowser('answers as they stream', () => {
  let app: TestApp;
  let browser: TestBrowser;
  let ann: Visitor;
  let server: ModelServer;

  beforeAll(async () => {
    server = await startModelServer();
    app = await createTestApp({ env: { OPENAI_API_BASE_URL: server.url, OPENAI_API_KEY: 'none' } });
    browser = await TestBrowser.launch();
    ann = await browser.visitor({ permissions: ['clipboard-read', 'clipboard-write'] });
    await signUp(ann, app.url, 'Ann');
  });
  afterAll(async () => {
    await browser.close();
    await app.end();
    await server.close();
  });
  afterEach(() => expect(browser.complaints()).toEqual([]));

  const send = async (page = ann.page) => {
    await page.goto(`${app.url}/`);
    const box = page.getByRole('textbox', { name: 'Message', exact: true });
    await box.fill('Go on');
    await box.press('Enter');
  };
  const ready = (page = ann.page) => page.getByRole('status').filter({ hasText: 'Answer ready' }).waitFor();
  /** What "Copy message" gives: the text itself, before any rendering. */
  const copied = async (page = ann.page) => {
    await page.getByRole('article').last().hover();
    await page.getByRole('article').last().getByRole('button', { name: 'Copy message' }).click();
    return page.evaluate(() => navigator.clipboard.readText());
  };

  /** The server has the whole answer, whoever is there to see it. */
  const answered = async () => {
    const { db, t } = app.platform.store;
    for (;;) {
      const rows = await db.select({ status: t.messages.status }).from(t.messages);
      if (rows.every((row) => row.status !== 'streaming')) return;
      // It may not have come to its pause yet when it was first released.
      server.release();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  test.each(streams)('$name arrives exactly as it was sent, split at random bytes', async (stream) => {
    server.reply = { chunks: stream.chunks, seed: stream.chunks.length };
    await send();
    await ready();
    expect(await copied()).toBe(stream.content);
    if (stream.reasoning === '') return;
    const thoughts = ann.page.getByRole('button', { name: /^Thought/ });
    expect(await thoughts.getAttribute('aria-expanded')).toBe('false');
    await thoughts.click();
    expect(await thoughts.getAttribute('aria-expanded')).toBe('true');
    await picture(ann, `stream-${stream.name}`);
  });

  if (recordedStreams.length === 0)
    test.skip('recorded answers of real servers (the recordings are not here)', () => {});

  test.each(streams)('$name is exact when the tab is cut off in the middle', async (stream) => {
    server.reply = { chunks: stream.chunks, seed: 7, pauseAfter: Math.floor(stream.chunks.length / 2) };
    const asked = server.requests.length;
    await send();
    await ann.page.waitForURL(/\/c\//);
    await server.until(() => server.requests.length > asked);
    await ann.context.setOffline(true);
    app.cut();
    await answered();
    await ann.context.setOffline(false);
    await ann.page.getByRole('button', { name: 'Regenerate' }).waitFor();
    expect(await copied()).toBe(stream.content);
  });

  test('a second tab and a reloaded one show the same text', async () => {
    const stream = streams.at(0)!;
    server.reply = { chunks: stream.chunks, seed: 3, pauseAfter: 5 };
    await send();
    await ann.page.waitForURL(/\/c\//);
    const second = await ann.context.newPage();
    await second.goto(ann.page.url());
    await second.getByText('Go on', { exact: true }).first().waitFor();
    await ann.page.reload();
    await ann.page.getByText('Go on', { exact: true }).first().waitFor();
    server.release();
    await second.getByRole('button', { name: 'Regenerate' }).waitFor();
    await ann.page.getByRole('button', { name: 'Regenerate' }).waitFor();
    expect(await copied()).toBe(stream.content);
    await second.bringToFront();
    expect(await copied(second)).toBe(stream.content);
    await second.close();
    await ann.page.bringToFront();
  });

  test('Stop keeps what came', async () => {
    server.reply = { chunks: chunksOf('Words that will not go on.'), pauseAfter: 4 };
    await send();
    await ann.page.getByText('Words that').first().waitFor();
    await ann.page.getByRole('button', { name: 'Stop generating' }).click();
    await ann.page.getByText('Stopped', { exact: true }).first().waitFor();
    await picture(ann, 'stopped');
  });

  test('a model server that dies says so, and the answer can be continued', async () => {
    server.reply = { chunks: chunksOf('The first half of the answer '), breakAfter: 5 };
    await send();
    await ann.page.getByText('The connection to the model server broke').first().waitFor();
    await picture(ann, 'failed');
    server.reply = { chunks: chunksOf('and the second half.') };
    await ann.page.getByRole('button', { name: 'Continue' }).click();
    await ready();
    const lastRoles = server.requests.map(({ body }) => body.stream && body.messages?.at(-1)?.role);
    expect(lastRoles).toContain('assistant');
    expect(await copied()).toMatch(/^The first half .*and the second half\.$/);
  });
});
