import type { ChatSettings } from '#shared/chats';
import type { MessageRow } from '../messages/messages.queries.ts';
import type { Prompt, PromptMessage } from '../models/models.service.ts';

/**
 * Returns the prompt: the chat's system prompt, the branch, and the text so far of an answer that is continued. Omits
 * answers without text and joins adjacent messages of the same role, because many chat templates require alternating
 * roles.
 */
export function buildPrompt(
  settings: ChatSettings,
  branch: Pick<MessageRow, 'role' | 'content'>[],
  partialAnswer: string,
): Prompt {
  const { systemPrompt, ...parameters } = settings;
  const messages: PromptMessage[] = [];
  for (const { role, content } of branch) {
    if (!content) continue;
    const last = messages.at(-1);
    if (last?.role === role) last.content += `\n\n${content}`;
    else messages.push({ role, content });
  }
  if (partialAnswer) messages.push({ role: 'assistant', content: partialAnswer });
  if (systemPrompt?.trim()) messages.unshift({ role: 'system', content: systemPrompt });
  return { messages, ...parameters };
}
