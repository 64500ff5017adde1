import type { ChatSettings } from '#shared/chats';
import type { MessageRow } from '../messages/messages.queries.ts';
import type { Prompt, PromptMessage } from '../models/models.service.ts';

type Said = Pick<MessageRow, 'role' | 'content'>;

/**
 * What the model is sent: the chat's system prompt, the branch, and the answer that is to be carried on, if it has
 * begun. Answers without text are left out and neighbours of the same role joined: many chat templates insist that
 * roles alternate.
 */
export function promptOf(settings: ChatSettings, branch: Said[], begun: string): Prompt {
  const { systemPrompt, ...asked } = settings;
  const messages: PromptMessage[] = [];
  for (const { role, content } of branch) {
    if (!content) continue;
    const last = messages.at(-1);
    if (last?.role === role) last.content += `\n\n${content}`;
    else messages.push({ role, content });
  }
  if (begun) messages.push({ role: 'assistant', content: begun });
  if (systemPrompt?.trim()) messages.unshift({ role: 'system', content: systemPrompt });
  return { messages, ...asked };
}
