import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { CommunityPayload } from '#shared/community';
import { createTestApp, type TestApp } from '../support/app.ts';
import { ask, hasBrowser, picture, signUp, TestBrowser, type Visitor } from '../support/browser.ts';

const inBrowser = hasBrowser ? describe : describe.skip;

/** A page that plays the community site: it says when it is ready, and shows what it is handed. */
const communityPage = `<!doctype html><title>Community</title><ol id="got"></ol><script>
  addEventListener('message', (event) => {
    const item = document.createElement('li');
    item.textContent = JSON.stringify({ origin: event.origin, data: event.data });
    document.getElementById('got').append(item);
  });
  const ready = () => window.opener?.postMessage('loaded', '*');
  ready();
</script><button onclick="ready()">Again</button>`;

const serve = async (page: string): Promise<{ http: Server; url: string }> => {
  const http = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(page);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return { http, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
};

inBrowser('sharing to the community', () => {
  let app: TestApp;
  let browser: TestBrowser;
  let ann: Visitor;
  let community: { http: Server; url: string };

  beforeAll(async () => {
    community = await serve(communityPage);
    app = await createTestApp({
      env: { COMMUNITY_URL: community.url },
      modelTuning: { demoTokensPerSecond: 2_000 },
    });
    browser = await TestBrowser.launch();
    ann = await browser.visitor();
    await signUp(ann, app.url, 'Ann');
    await ask(ann, 'A question for the world');
  });
  afterAll(async () => {
    await browser.close();
    await app.end();
    community.http.close();
  });
  afterEach(() => expect(browser.complaints()).toEqual([]));

  const openShare = async () => {
    await ann.page.getByRole('button', { name: 'Share', exact: true }).click();
    return ann.page.getByRole('dialog', { name: 'Share Chat' });
  };

  test('is not offered until the admin allows it', async () => {
    const dialog = await openShare();
    await dialog.getByRole('button', { name: 'Copy Link' }).waitFor();
    expect(await dialog.getByRole('button', { name: 'Share to Community' }).count()).toBe(0);
    await ann.page.keyboard.press('Escape');

    await ann.page.getByRole('button', { name: /^Account/ }).click();
    await ann.page.getByRole('menuitem', { name: 'Admin Panel' }).click();
    await ann.page.getByRole('link', { name: 'General' }).click();
    await ann.page.getByRole('switch', { name: 'Enable Community Sharing' }).click();
    await ann.page.getByText('Saved').first().waitFor();
    await picture(ann, 'admin-general');
    await ann.page.getByRole('link', { name: 'Back to the chats' }).click();
    await ann.page.getByRole('link', { name: /A question for the world/ }).click();
  });

  test('hands the chat to exactly that site, once, after showing what leaves', async () => {
    const share = await openShare();
    await share.getByRole('button', { name: 'Share to Community' }).click();
    const dialog = ann.page.getByRole('dialog', { name: 'Share to Community' });
    await dialog.getByText('2 messages leave').waitFor();
    await picture(ann, 'community');
    const opening = ann.context.waitForEvent('page');
    await dialog.getByRole('button', { name: /^Open / }).click();
    const site = await opening;
    await site.getByRole('listitem').first().waitFor();
    expect(new URL(site.url()).pathname).toBe('/chats/upload');
    await ann.page.getByText(/The chat was handed to/).waitFor();

    const got = JSON.parse((await site.getByRole('listitem').first().textContent())!) as {
      origin: string;
      data: string;
    };
    expect(got.origin).toBe(app.url);
    const payload = JSON.parse(got.data) as CommunityPayload;
    expect(Object.keys(payload).sort()).toEqual(['chat', 'models']);
    expect(payload.chat.messages.map((message) => message.role)).toEqual(['user', 'assistant']);
    expect(payload.chat.messages[0]!.content).toBe('A question for the world');
    expect(got.data).not.toContain('ann@example.org');

    // It asks again; nobody listens any more.
    await site.getByRole('button', { name: 'Again' }).click();
    await site.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    expect(await site.getByRole('listitem').count()).toBe(1);
    await site.close();
    await ann.page.keyboard.press('Escape');
  });

  test('gives nothing to a page of another origin that says it is ready', async () => {
    const impostor = await serve(communityPage);
    const share = await openShare();
    await share.getByRole('button', { name: 'Share to Community' }).click();
    const dialog = ann.page.getByRole('dialog', { name: 'Share to Community' });
    const opening = ann.context.waitForEvent('page');
    await ann.context.route(`${community.url}/**`, (route) =>
      route.fulfill({ status: 302, headers: { location: impostor.url } }),
    );
    await dialog.getByRole('button', { name: /^Open / }).click();
    const site = await opening;
    await site.waitForURL(`${impostor.url}/**`);
    await site.getByRole('button', { name: 'Again' }).click();
    await site.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    expect(await site.getByRole('listitem').count()).toBe(0);
    await site.close();
    await ann.page.getByText('The tab was closed before').waitFor();
    impostor.http.close();
  });
});
