import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import type { CommunityPayload } from '#shared/community';
import { createTestApp, type TestApp } from '../support/app.ts';
import { ask, hasBrowser, screenshot, TestBrowser, type Visitor } from '../support/browser.ts';

const inBrowser = hasBrowser ? describe : describe.skip;

/** A page that plays the community site: it reports that it is loaded, and lists every message it receives. */
const communityPage = `<!doctype html><title>Community</title><ol></ol><script>
  addEventListener('message', (event) => {
    const item = document.createElement('li');
    item.textContent = JSON.stringify({ origin: event.origin, data: event.data });
    document.querySelector('ol').append(item);
  });
  const report = () => window.opener?.postMessage('loaded', '*');
  report();
</script><button onclick="report()">Report again</button>`;

interface Site {
  http: Server;
  url: string;
}

const serve = async (page: string): Promise<Site> => {
  const http = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(page);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return { http, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
};

/** What a test sees of the opener's window. */
interface Opener {
  openedTab?: Window | null;
  receivedMessages: unknown[];
}

/** Keeps the tab that the page opens, and every message the page receives. */
const observeOpener = ({ page }: Visitor): Promise<unknown> =>
  page.addInitScript(() => {
    const opener = globalThis as unknown as Opener;
    const open = window.open.bind(window);
    window.open = (...args) => (opener.openedTab = open(...args));
    opener.receivedMessages = [];
    addEventListener('message', ({ data }) => opener.receivedMessages.push(data));
  });

/**
 * Returns what the tab received from the opener until now. A last message, sent once the opener has received `count`
 * messages, marks the end: messages between two windows arrive in order.
 */
const receivedBy = async (tab: Page, { page }: Visitor, count: number): Promise<string[]> => {
  await page.waitForFunction(
    (expected) => (globalThis as unknown as Opener).receivedMessages.length >= expected,
    count,
  );
  await page.evaluate(() => (globalThis as unknown as Opener).openedTab?.postMessage('end', '*'));
  await tab.getByRole('listitem').filter({ hasText: '"end"' }).waitFor();
  return (await tab.getByRole('listitem').allTextContents()).slice(0, -1);
};

inBrowser('sharing a chat to the community', () => {
  let app: TestApp;
  let browser: TestBrowser;
  let community: Site;
  let admin: Visitor;

  beforeAll(async () => {
    community = await serve(communityPage);
    browser = await TestBrowser.launch();
  });
  afterAll(async () => {
    await browser.close();
    community.http.close();
  });

  /** An app whose admin has asked a question, with community sharing on, off or undecided by the environment. */
  const start = async (env: Record<string, string> = {}): Promise<void> => {
    app = await createTestApp({
      env: { COMMUNITY_URL: community.url, ...env },
      modelTuning: { demoTokensPerSecond: 2_000 },
    });
    admin = await browser.member(app.url, 'Admin');
    await observeOpener(admin);
    await admin.page.reload();
    await ask(admin, 'A question for the world');
  };
  afterEach(async () => {
    const errors = browser.takeErrors();
    await browser.closeVisitors();
    await app.end();
    expect(errors).toEqual([]);
  });

  const openShareDialog = async (): Promise<Locator> => {
    await admin.page.getByRole('button', { name: 'Share', exact: true }).click();
    const dialog = admin.page.getByRole('dialog', { name: 'Share Chat' });
    await dialog.getByRole('button', { name: 'Copy Link' }).waitFor();
    return dialog;
  };

  const openCommunityDialog = async (): Promise<Locator> => {
    const share = await openShareDialog();
    await share.getByRole('button', { name: 'Share to Community' }).click();
    const dialog = admin.page.getByRole('dialog', { name: 'Share to Community' });
    await dialog.getByText('Sends 2 messages').waitFor();
    return dialog;
  };

  const openSite = async (dialog: Locator): Promise<Page> => {
    const opening = admin.context.waitForEvent('page');
    await dialog.getByRole('button', { name: /^Open / }).click();
    return opening;
  };

  test('sharing to the community is offered only after an admin enables it', async () => {
    await start();
    const share = await openShareDialog();
    expect(await share.getByRole('button', { name: 'Share to Community' }).count()).toBe(0);
    await admin.page.keyboard.press('Escape');

    await admin.page.getByRole('button', { name: /^Account/ }).click();
    await admin.page.getByRole('menuitem', { name: 'Admin Panel' }).click();
    await admin.page.getByRole('link', { name: 'General' }).click();
    await admin.page.getByRole('switch', { name: 'Enable Community Sharing' }).click();
    await admin.page.getByText('Saved').first().waitFor();
    await screenshot(admin, 'admin-general');
    await admin.page.goto(app.url);
    await admin.page.getByRole('link', { name: /A question for the world/ }).click();
    await openCommunityDialog();
  });

  describe('when it is enabled', () => {
    beforeEach(() => start({ ENABLE_COMMUNITY_SHARING: 'true' }));

    test('a page of another origin receives nothing when it reports that it is loaded', async () => {
      const impostor = await serve(communityPage);
      const dialog = await openCommunityDialog();
      await admin.context.route(`${community.url}/**`, (route) =>
        route.fulfill({ status: 302, headers: { location: impostor.url } }),
      );
      const site = await openSite(dialog);
      await site.waitForURL(`${impostor.url}/**`);
      await site.getByRole('button', { name: 'Report again' }).click();
      expect(await receivedBy(site, admin, 2)).toEqual([]);
      await site.close();
      await admin.page.getByText('The tab was closed before').waitFor();
      impostor.http.close();
    });

    test('the chat goes to exactly the community site, once, after showing what is sent', async () => {
      const dialog = await openCommunityDialog();
      await screenshot(admin, 'community');
      const site = await openSite(dialog);
      await admin.page.getByText(/^Sent to /).waitFor();
      expect(new URL(site.url()).pathname).toBe('/chats/upload');
      await site.getByRole('button', { name: 'Report again' }).click();

      const received = await receivedBy(site, admin, 2);
      expect(received).toHaveLength(1);
      const { origin, data } = JSON.parse(received[0]!) as { origin: string; data: string };
      expect(origin).toBe(app.url);
      const payload = JSON.parse(data) as CommunityPayload;
      expect(Object.keys(payload).toSorted()).toEqual(['chat', 'models']);
      expect(payload.chat.messages.map((message) => message.role)).toEqual(['user', 'assistant']);
      expect(payload.chat.messages[0]!.content).toBe('A question for the world');
      expect(data).not.toContain('admin@example.org');
    });
  });
});
