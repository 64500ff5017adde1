import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../support/app.ts';
import { hasBrowser, TestBrowser } from '../support/browser.ts';

const inBrowser = hasBrowser ? describe : describe.skip;

inBrowser('first visits', () => {
  let app: TestApp;
  let browser: TestBrowser;

  beforeAll(async () => {
    app = await createTestApp();
    browser = await TestBrowser.launch();
  });
  afterAll(async () => {
    await browser.close();
    await app.end();
  });

  test.each(['/', '/auth', '/s/abc'])(
    'a first visit to %s leads to the sign-in page without an error',
    async (path) => {
      const { page } = await browser.visitor();
      const problems: string[] = [];
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) problems.push(message.text());
      });
      page.on('pageerror', (error) => problems.push(String(error)));
      page.on('response', (response) => {
        if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
      });
      await page.goto(app.url + path);
      await page.waitForURL(/\/auth/);
      await page.getByLabel('Password', { exact: true }).waitFor();
      expect(problems).toEqual([]);
    },
  );
});
