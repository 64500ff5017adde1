import { jest } from '@jest/globals';
import { render } from '@testing-library/svelte';
import type { Component } from 'svelte';
import type { Model } from '../../../../shared/src/models.ts';
import { Conversation } from '../../../../client/src/features/messages/state/conversation.svelte.ts';
import { Models } from '../../../../client/src/features/models/picker/models.svelte.ts';
import Harness from './Harness.svelte';
import { FakeServer } from './fakeServer.ts';
import { openTab } from './fakeTab.ts';

const createModel = (id: string): Model => ({ id, name: id.toUpperCase(), connection: 'Ollama' });

export interface ConversationHarness {
  server: FakeServer;
  conversation: Conversation;
  models: Models;
  renderComponent: (component: unknown, props?: Record<string, unknown>) => HTMLElement;
}
export interface HarnessOptions {
  /** Messages in the chat. */
  messages?: number;
  /** Ids of the available models. */
  models?: string[];
  administer?: boolean;
}

/** Creates a conversation with a chat on the fake server, and a function that renders its components. */
export async function createHarness(options: HarnessOptions = {}): Promise<ConversationHarness> {
  const { messages = 0, models: ids = ['small', 'large'], administer = false } = options;
  const server = new FakeServer();
  server.fill(messages);
  const body = JSON.stringify({ items: ids.map(createModel), defaultModel: ids[0] ?? null });
  globalThis.fetch = jest.fn(async () => ({ ok: true, status: 200, text: async () => body }) as Response);
  const tab = openTab(server);
  const models = new Models(tab.socket);
  await models.refresh();
  const conversation = new Conversation('chat', {
    transport: tab.transport,
    socket: tab.socket,
    modelFor: models.modelFor,
    onChatCreated: () => undefined,
  });
  conversation.enter();
  await conversation.live?.load();
  const renderComponent: ConversationHarness['renderComponent'] = (component, props = {}) =>
    render(Harness, {
      component: component as Component<Record<string, unknown>>,
      componentProps: { conversation, ...props },
      models,
      permissions: { administer },
    }).container;
  return { server, conversation, models, renderComponent };
}
