import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SharedLink } from '#shared/sharing';
import { createTestApp, type TestApp } from '../support/app.ts';
import { ask, hasBrowser, picture, signUp, TestBrowser, type Visitor } from '../support/browser.ts';

const inBrowser = hasBrowser ? describe : describe.skip;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  impact: string | null;
  nodes: { html: string }[];
}

inBrowser('every screen', () => {
  let app: TestApp;
  let browser: TestBrowser;
  let ann: Visitor;
  let link: string;
  let chat: string;

  beforeAll(async () => {
    app = await createTestApp({ modelTuning: { demoTokensPerSecond: 5_000 } });
    browser = await TestBrowser.launch();
    // The checker is put into the page, which our policy rightly forbids.
    ann = await browser.visitor({ bypassCSP: true, reducedMotion: 'reduce' });
    await signUp(ann, app.url, 'Ann');
    await ask(ann, 'Please think about tables');
    chat = ann.page.url();
    const id = chat.split('/').pop()!;
    link = await ann.page.evaluate(async (chatId) => {
      const answer = await fetch(`/api/v1/chats/${chatId}/share`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      return ((await answer.json()) as SharedLink).url;
    }, id);
  });
  afterAll(async () => {
    await browser.close();
    await app.end();
  });

  const account = async (item: string) => {
    await ann.page.goto(chat);
    const menu = ann.page.getByRole('button', { name: /^Account/ });
    const drawer = ann.page.getByRole('button', { name: 'Show the sidebar' });
    await menu.or(drawer).first().waitFor();
    if (await drawer.isVisible()) await drawer.click();
    await menu.click();
    await ann.page.getByRole('menuitem', { name: item }).click();
  };
  const screens: Record<string, () => Promise<void>> = {
    'an empty chat': async () => {
      await ann.page.goto(app.url);
      await ann.page.getByRole('textbox', { name: 'Message', exact: true }).waitFor();
    },
    'a chat': async () => {
      await ann.page.goto(chat);
      await ann.page.getByRole('button', { name: 'Regenerate' }).waitFor();
    },
    'the Share Chat modal': async () => {
      await ann.page.goto(chat);
      await ann.page.getByRole('button', { name: 'Share', exact: true }).click();
      await ann.page.getByText('You have shared this chat').waitFor();
    },
    'the shared page': async () => {
      await ann.page.goto(link);
      await ann.page.getByRole('button', { name: 'Continue this chat' }).waitFor();
    },
    'the settings': () => account('Settings'),
    'the archived chats': () => account('Archived Chats'),
    'the Shared Chats dashboard': async () => {
      await account('Settings');
      await ann.page.getByRole('tab', { name: 'Data' }).click();
      await ann.page.getByRole('button', { name: 'Manage' }).click();
      await ann.page.getByRole('dialog', { name: 'Shared Chats' }).getByRole('listitem').first().waitFor();
    },
    'the users': async () => {
      await ann.page.goto(`${app.url}/admin/users`);
      await ann.page.getByText('ann@example.org').first().waitFor();
    },
    'the general settings': async () => {
      await ann.page.goto(`${app.url}/admin/settings/general`);
      await ann.page.getByRole('switch').first().waitFor();
    },
    'the connections': async () => {
      await ann.page.goto(`${app.url}/admin/settings/connections`);
      await ann.page.getByRole('button', { name: 'Add connection' }).first().waitFor();
    },
  };

  const violations = async (): Promise<string[]> => {
    await ann.page.evaluate(axe);
    const found = await ann.page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(options: object): Promise<{ violations: Violation[] }> };
      };
      const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
      return (await axe.run({ runOnly: { type: 'tag', values: tags } })).violations;
    });
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  };

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    test.each(Object.keys(screens))('%s has no fault a checker finds', async (name) => {
      await ann.page.setViewportSize({ width: 1280, height: 800 });
      await ann.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await screens[name]!();
      expect(await violations()).toEqual([]);
      await picture(ann, `${colorScheme}-1280-${name.replaceAll(' ', '-')}`);
    });

    test.each(Object.keys(screens))('%s fits a phone', async (name) => {
      await ann.page.setViewportSize({ width: 360, height: 740 });
      await ann.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await screens[name]!();
      const overflow = await ann.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
      await picture(ann, `${colorScheme}-360-${name.replaceAll(' ', '-')}`);
    });
  });
});
