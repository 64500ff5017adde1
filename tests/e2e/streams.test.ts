import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { copiedBy, screenshot, type Visitor } from '../support/browser.ts';
import { browserFixture, inBrowser } from '../support/browserFixture.ts';
import { chunksOf, startModelServer, type ModelServer } from '../support/modelServer.ts';
import { ownStreams, recordedStreams } from '../support/recordedStreams.ts';
import { missingDataHint } from '../support/testData.ts';

const streams = [...ownStreams, ...recordedStreams].filter((stream) => stream.content !== '');

inBrowser('streamed answers', () => {
  let server: ModelServer;
  beforeEach(async () => {
    server = await startModelServer();
  });
  const fixture = browserFixture(() => ({
    env: { OPENAI_API_BASE_URL: server.url, OPENAI_API_KEY: 'none' },
  }));
  let ann: Visitor;

  beforeEach(async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    ann = await fixture.browser.member(fixture.app.url, 'Ann', { permissions });
  });
  afterEach(() => server.close());

  const send = async () => {
    const box = ann.page.getByRole('textbox', { name: 'Message', exact: true });
    await box.fill('Go on');
    await box.press('Enter');
  };
  const waitForAnswer = () => ann.page.getByRole('status').filter({ hasText: 'Answer ready' }).waitFor();
  /** Returns what "Copy message" copies: the text of the answer, before any rendering. */
  const copyAnswer = async (page = ann.page): Promise<string> => {
    const answer = page.getByRole('article').last();
    await answer.hover();
    return copiedBy({ page }, () => answer.getByRole('button', { name: 'Copy message' }).click());
  };

  /** Waits until the server has the whole answer, whether or not a browser is connected. */
  const waitForStoredAnswer = async () => {
    const { db, t } = fixture.app.platform.store;
    for (;;) {
      const rows = await db.select({ status: t.messages.status }).from(t.messages);
      if (rows.every((row) => row.status !== 'streaming')) return;
      // Released again and again, because the stream may not have reached its pause the first time.
      server.release();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  test.each(streams)('$name arrives exactly as sent, split at random bytes', async (stream) => {
    server.reply = { chunks: stream.chunks, seed: stream.chunks.length };
    await send();
    await waitForAnswer();
    expect(await copyAnswer()).toBe(stream.content);
    if (stream.reasoning === '') return;
    const reasoning = ann.page.getByRole('button', { name: /^Thought/ });
    expect(await reasoning.getAttribute('aria-expanded')).toBe('false');
    await reasoning.click();
    expect(await reasoning.getAttribute('aria-expanded')).toBe('true');
    await screenshot(ann, `stream-${stream.name}`);
  });

  if (recordedStreams.length === 0)
    test.skip(`recorded streams arrive exactly as sent (${missingDataHint})`, () => undefined);

  test.each(streams)('$name is complete after the tab lost its connection in the middle', async (stream) => {
    server.reply = { chunks: stream.chunks, seed: 7, pauseAfter: Math.floor(stream.chunks.length / 2) };
    await send();
    await ann.page.waitForURL(/\/c\//);
    await server.waitUntil(() => server.requests.some(({ body }) => body.stream));
    await ann.context.setOffline(true);
    fixture.app.cut();
    await waitForStoredAnswer();
    await ann.context.setOffline(false);
    await ann.page.getByRole('button', { name: 'Regenerate' }).waitFor();
    expect(await copyAnswer()).toBe(stream.content);
  });

  test('a streamed answer is the same in a second tab and after a reload', async () => {
    const stream = streams.at(0)!;
    server.reply = { chunks: stream.chunks, seed: 3, pauseAfter: 5 };
    await send();
    await ann.page.waitForURL(/\/c\//);
    const secondTab = await ann.context.newPage();
    await secondTab.goto(ann.page.url());
    await secondTab.getByText('Go on', { exact: true }).first().waitFor();
    await ann.page.reload();
    await ann.page.getByText('Go on', { exact: true }).first().waitFor();
    server.release();
    await secondTab.getByRole('button', { name: 'Regenerate' }).waitFor();
    await ann.page.getByRole('button', { name: 'Regenerate' }).waitFor();
    expect(await copyAnswer()).toBe(stream.content);
    await secondTab.bringToFront();
    expect(await copyAnswer(secondTab)).toBe(stream.content);
  });

  test('a streamed answer keeps its text when it is stopped', async () => {
    server.reply = { chunks: chunksOf('Words that will not go on.'), pauseAfter: 4 };
    await send();
    await ann.page.getByText('Words that').first().waitFor();
    await ann.page.getByRole('button', { name: 'Stop generating' }).click();
    await ann.page.getByText('Stopped', { exact: true }).first().waitFor();
    await ann.page.getByText('Words that').first().waitFor();
    await screenshot(ann, 'stopped');
  });

  test('a streamed answer shows an error when the model server fails, and can be continued', async () => {
    server.reply = { chunks: chunksOf('The first half of the answer '), breakAfter: 5 };
    await send();
    await ann.page
      .getByText(/The connection to the model server/)
      .first()
      .waitFor();
    await screenshot(ann, 'failed');
    server.reply = { chunks: chunksOf('and the second half.') };
    await ann.page.getByRole('button', { name: 'Continue' }).click();
    await waitForAnswer();
    const lastRoles = server.requests.map(({ body }) => body.stream && body.messages?.at(-1)?.role);
    expect(lastRoles).toContain('assistant');
    expect(await copyAnswer()).toMatch(/^The first half .*and the second half\.$/);
  });
});
