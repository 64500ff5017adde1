import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SharedLink } from '#shared/sharing';
import { createTestApp, type TestApp } from '../support/app.ts';
import { ask, hasBrowser, screenshot, TestBrowser, type Visitor } from '../support/browser.ts';

const inBrowser = hasBrowser ? describe : describe.skip;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  impact: string | null;
  nodes: { html: string }[];
}

inBrowser('accessibility', () => {
  let app: TestApp;
  let browser: TestBrowser;
  let ann: Visitor;
  let sharedUrl: string;
  let chatUrl: string;

  beforeAll(async () => {
    app = await createTestApp({
      env: { STORAGE_LIMIT_MB: '1' },
      modelTuning: { demoTokensPerSecond: 5_000 },
    });
    browser = await TestBrowser.launch();
    // The checker is injected into the page, which the content security policy forbids.
    ann = await browser.member(app.url, 'Ann', { bypassCSP: true, reducedMotion: 'reduce' });
    await ask(ann, 'Please think about tables');
    chatUrl = ann.page.url();
    const chatId = chatUrl.split('/').pop()!;
    const response = await ann.page.request.put(`${app.url}/api/v1/chats/${chatId}/share`, { data: {} });
    sharedUrl = ((await response.json()) as SharedLink).url;
  });
  afterAll(async () => {
    await browser.close();
    await app.end();
  });

  const openFromAccountMenu = async (item: string) => {
    await ann.page.goto(chatUrl);
    const menu = ann.page.getByRole('button', { name: /^Account/ });
    const drawer = ann.page.getByRole('button', { name: 'Show sidebar' });
    await menu.or(drawer).first().waitFor();
    if (await drawer.isVisible()) await drawer.click();
    await menu.click();
    await ann.page.getByRole('menuitem', { name: item }).click();
  };
  /** Opens each screen, from any other one. */
  const screens: Record<string, () => Promise<void>> = {
    'the new chat page': async () => {
      await ann.page.goto(app.url);
      await ann.page.getByRole('textbox', { name: 'Message', exact: true }).waitFor();
    },
    'a chat page': async () => {
      await ann.page.goto(chatUrl);
      await ann.page.getByRole('button', { name: 'Regenerate' }).waitFor();
    },
    'the Share Chat dialog': async () => {
      await ann.page.goto(chatUrl);
      await ann.page.getByRole('button', { name: 'Share', exact: true }).click();
      await ann.page.getByText('You have shared this chat').waitFor();
    },
    'the shared page': async () => {
      await ann.page.goto(sharedUrl);
      await ann.page.getByRole('button', { name: 'Continue this chat' }).waitFor();
    },
    'the settings dialog': () => openFromAccountMenu('Settings'),
    'the account settings': async () => {
      await openFromAccountMenu('Settings');
      await ann.page.getByRole('tab', { name: 'Account' }).click();
      await ann.page.getByRole('progressbar', { name: 'Storage' }).waitFor();
    },
    'the archived chats dialog': () => openFromAccountMenu('Archived Chats'),
    'the shortcuts dialog': () => openFromAccountMenu('Keyboard shortcuts'),
    'the Shared Chats dashboard': async () => {
      await openFromAccountMenu('Settings');
      await ann.page.getByRole('tab', { name: 'Data' }).click();
      await ann.page.getByRole('button', { name: 'Manage' }).click();
      await ann.page.getByRole('dialog', { name: 'Shared Chats' }).getByRole('listitem').first().waitFor();
    },
    'the users page': async () => {
      await ann.page.goto(`${app.url}/admin/users`);
      await ann.page.getByText('ann@example.org').first().waitFor();
    },
    'the usage page': async () => {
      await ann.page.goto(`${app.url}/admin/usage`);
      await ann.page.getByText('ann@example.org').first().waitFor();
    },
    'the general settings page': async () => {
      await ann.page.goto(`${app.url}/admin/settings/general`);
      await ann.page.getByRole('switch').first().waitFor();
    },
    'the connections page': async () => {
      await ann.page.goto(`${app.url}/admin/settings/connections`);
      await ann.page.getByRole('button', { name: 'Add connection' }).first().waitFor();
    },
  };

  const findViolations = async (): Promise<string[]> => {
    await ann.page.evaluate(axe);
    const violations = await ann.page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(options: object): Promise<{ violations: Violation[] }> };
      };
      const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
      return (await axe.run({ runOnly: { type: 'tag', values: tags } })).violations;
    });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
    );
  };

  describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
    test.each(Object.keys(screens))('%s has no WCAG violation that axe finds', async (name) => {
      await ann.page.setViewportSize({ width: 1280, height: 800 });
      await ann.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await screens[name]!();
      expect(await findViolations()).toEqual([]);
      await screenshot(ann, `${colorScheme}-1280-${name.replaceAll(' ', '-')}`);
    });

    test.each(Object.keys(screens))('%s fits a width of 360 px', async (name) => {
      await ann.page.setViewportSize({ width: 360, height: 740 });
      await ann.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await screens[name]!();
      const overflow = await ann.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
      await screenshot(ann, `${colorScheme}-360-${name.replaceAll(' ', '-')}`);
    });
  });
});
