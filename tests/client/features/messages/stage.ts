import { jest } from '@jest/globals';
import { render } from '@testing-library/svelte';
import type { Component } from 'svelte';
import type { Model } from '../../../../shared/src/models.ts';
import { Conversation } from '../../../../client/src/features/messages/state/conversation.svelte.ts';
import { Models } from '../../../../client/src/features/models/picker/models.svelte.ts';
import Stage from './Stage.svelte';
import { FakeServer } from './fakeServer.ts';
import { openTab } from './fakeTab.ts';

const model = (id: string): Model => ({ id, name: id.toUpperCase(), connection: 'Ollama' });

export interface Staged {
  server: FakeServer;
  conversation: Conversation;
  models: Models;
  show: (part: unknown, props?: Record<string, unknown>) => HTMLElement;
}

/** A conversation with a chat on the fake server, and the way to put parts of it on the page. */
export async function staged(options: { messages?: number; models?: string[]; administer?: boolean } = {}) {
  const { messages = 0, models: ids = ['small', 'large'], administer = false } = options;
  const server = new FakeServer();
  server.fill(messages);
  const answer = JSON.stringify({ items: ids.map(model), defaultModel: ids[0] ?? null });
  globalThis.fetch = jest.fn(async () => ({ ok: true, status: 200, text: async () => answer }) as Response);
  const tab = openTab(server);
  const models = new Models(tab.socket);
  await models.refresh();
  const conversation = new Conversation('chat', {
    transport: tab.transport,
    socket: tab.socket,
    modelFor: models.modelFor,
    made: () => undefined,
  });
  conversation.enter();
  await conversation.live?.read();
  const show: Staged['show'] = (part, props = {}) =>
    render(Stage, {
      part: part as Component<Record<string, unknown>>,
      given: { conversation, ...props },
      models,
      permissions: { administer },
    }).container;
  return { server, conversation, models, show } satisfies Staged;
}
