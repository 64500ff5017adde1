import { setTimeout as sleep } from 'node:timers/promises';
import type { Socket } from 'socket.io-client';
import type { Message } from '#shared/messages';
import type { ClientToServer, ServerPayload, ServerToClient } from '#shared/socketEvents';
import type { LoadPerson } from './loadPerson.ts';

/** Questions of one chat, before the next chat begins. */
const questionsPerChat = 5;
/** Milliseconds beyond the length of an answer after which it counts as unfinished. */
const graceMs = 30_000;

interface Answer {
  text: string;
  /** Milliseconds that the model needs for it. */
  durationMs: number;
}

/** A person who asks one question after the other and watches the answers being written. */
export class Streamer {
  #person: LoadPerson;
  #socket: Socket<ServerToClient, ClientToServer>;
  #answer: Answer;
  #stopped = false;

  constructor(person: LoadPerson, socket: Socket<ServerToClient, ClientToServer>, answer: Answer) {
    this.#person = person;
    this.#socket = socket;
    this.#answer = answer;
  }

  /** `delayMs`: so that the answers of all people begin at different times. */
  async run(delayMs: number): Promise<void> {
    await sleep(delayMs);
    while (!this.#stopped) {
      const chat = await this.#person.call<{ id: string }>({
        kind: 'create chat',
        method: 'POST',
        path: '/chats',
        body: {},
      });
      if (!chat) {
        await sleep(1_000);
        continue;
      }
      await this.#watch(chat.id);
      for (let i = 0; i < questionsPerChat && !this.#stopped; i++) await this.#ask(chat.id, i);
      this.#socket.emit('chat:unwatch', { chatId: chat.id }, () => undefined);
      await this.#person.fetch({
        kind: 'publish link',
        method: 'PUT',
        path: `/chats/${chat.id}/share`,
        body: {},
      });
    }
  }

  /** It ends after the answer that is being written. */
  stop(): void {
    this.#stopped = true;
  }

  #watch(chatId: string): Promise<void> {
    return new Promise((resolve) => this.#socket.emit('chat:watch', { chatId }, () => resolve()));
  }

  async #ask(chatId: string, number: number): Promise<void> {
    const measurements = this.#person.world.recorder.current;
    const askedAt = performance.now();
    const ended = this.#follow(chatId, askedAt);
    const asked = await this.#person.call({
      kind: 'ask',
      method: 'POST',
      path: `/chats/${chatId}/messages`,
      body: { content: `What about plan ${number}?` },
    });
    if (!asked) {
      ended.giveUp();
      await sleep(1_000);
      return;
    }
    const message = await ended.message;
    if (message?.status !== 'complete') measurements.answers.unfinished++;
    else {
      measurements.answers.complete++;
      if (message.content !== this.#answer.text) measurements.answers.wrongText++;
    }
  }

  /** Measures the deltas of the next answer in the chat. `message` is the finished one, or undefined when it takes too long. */
  #follow(chatId: string, askedAt: number): { message: Promise<Message | undefined>; giveUp: () => void } {
    const measurements = this.#person.world.recorder.current;
    let length = 0;
    let last: number | undefined;
    const onDelta = (delta: ServerPayload<'message:delta'>) => {
      if (delta.chatId !== chatId) return;
      const now = performance.now();
      if (last === undefined) measurements.firstDelta.add(now - askedAt);
      else measurements.gaps.add(now - last);
      last = now;
      if (delta.offset !== length) measurements.answers.gapsInOffsets++;
      length = delta.offset + delta.text.length;
    };
    let end: (message?: Message) => void = () => undefined;
    const message = new Promise<Message | undefined>((resolve) => (end = resolve));
    const onUpdated = ({ chatId: of, message: updated }: ServerPayload<'message:updated'>) => {
      if (of === chatId && updated.role === 'assistant' && updated.status !== 'streaming') end(updated);
    };
    const timer = setTimeout(() => end(), this.#answer.durationMs + graceMs);
    this.#socket.on('message:delta', onDelta);
    this.#socket.on('message:updated', onUpdated);
    void message.finally(() => {
      clearTimeout(timer);
      this.#socket.off('message:delta', onDelta);
      this.#socket.off('message:updated', onUpdated);
    });
    return { message, giveUp: () => end() };
  }
}
