import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { hasBrowser, TestBrowser, type Visitor } from '../support/browser.ts';
import { onSeveralNodes } from '../support/cluster/programs.ts';
import { TestCluster } from '../support/cluster/testCluster.ts';
import { chunksOf } from '../support/modelServer.ts';

/** Milliseconds after which the answers of a dead node are interrupted, and for the page to show it. */
const interruptedMs = 40_000;

const testInBrowser = hasBrowser ? test : test.skip;

onSeveralNodes('a tab that is connected to one of two nodes', () => {
  let cluster: TestCluster;
  let browser: TestBrowser | undefined;
  beforeAll(async () => {
    if (hasBrowser) browser = await TestBrowser.launch();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    cluster = await TestCluster.start();
    await cluster.person('Admin');
  });
  afterEach(async () => {
    const errors = browser?.takeErrors();
    await browser?.closeVisitors();
    cluster?.models.release();
    await cluster?.end();
    expect(errors ?? []).toEqual([]);
  });

  /** Does the work while the second node is down, so that sockets and answers are at the first one. */
  const atFirstNode = async (work: (visitor: Visitor) => Promise<void>): Promise<Page> => {
    expect(await cluster.nodes[1]!.stop('SIGTERM')).toBe(0);
    const visitor = await browser!.member(cluster.url, 'Reader');
    await work(visitor);
    await cluster.startNode(1);
    return visitor.page;
  };

  testInBrowser('loses a shared page when the link is deleted on the other node', async () => {
    const owner = await cluster.person('Owner');
    const link = await cluster.share(owner);
    const page = await atFirstNode(async ({ page }) => {
      await page.goto(`${cluster.url}/s/${link.id}`);
      await page.getByText('Hello from the test model.').first().waitFor();
    });
    await owner.at(cluster.nodes[1]!.url).delete(`/shared-links/${link.id}`).expect(204);
    await page.getByText('Not Found').first().waitFor();
    expect(await page.content()).not.toContain('magnets');
  });

  testInBrowser(
    'reconnects by itself when its node dies, and continues the answer on the other one',
    async () => {
      cluster.models.reply = { chunks: chunksOf('The first half of the answer'), pauseAfter: 5 };
      const page = await atFirstNode(async ({ page }) => {
        const box = page.getByRole('textbox', { name: 'Message', exact: true });
        await box.fill('Go on');
        await box.press('Enter');
        await page.getByText('The first half of').first().waitFor();
      });
      await cluster.nodes[0]!.stop('SIGKILL');
      await page
        .getByText(/^Interrupted/)
        .first()
        .waitFor({ timeout: interruptedMs });
      const answer = page.getByRole('article').last();
      const kept = await answer.getByText(/^The first/).innerText();
      expect('The first half of').toContain(kept);
      cluster.models.reply = { chunks: chunksOf(' and the second half.') };
      await answer.getByRole('button', { name: 'Continue' }).click();
      await answer.getByText(`${kept} and the second half.`).waitFor();
      await page.getByRole('status').filter({ hasText: 'Answer ready' }).waitFor();
    },
  );
});
