import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from '@jest/globals';
import { createTestApp, type TestApp } from './app.ts';
import { hasBrowser, TestBrowser } from './browser.ts';

type AppOptions = NonNullable<Parameters<typeof createTestApp>[0]>;

/** The app and the browser of the test that runs. */
export interface BrowserFixture {
  readonly app: TestApp;
  readonly browser: TestBrowser;
}

/** A `describe` that is skipped without a browser. */
export const inBrowser = hasBrowser ? describe : describe.skip;

/**
 * Gives each test of the `describe` its own app, and closes its visitors at the end. A test fails when one of its pages
 * reported an error. `options` is called before each test.
 */
export function browserFixture(options: () => AppOptions = () => ({})): BrowserFixture {
  let app: TestApp;
  let browser: TestBrowser;

  beforeAll(async () => {
    browser = await TestBrowser.launch();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    app = await createTestApp(options());
  });
  afterEach(async () => {
    const errors = browser.takeErrors();
    await browser.closeVisitors();
    await app.end();
    expect(errors).toEqual([]);
  });

  return {
    get app() {
      return app;
    },
    get browser() {
      return browser;
    },
  };
}
