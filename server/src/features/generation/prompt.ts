import type { ChatSettings } from '#shared/chats';
import type { MessageRow } from '../messages/messages.queries.ts';
import type { Prompt, PromptMessage } from '../models/models.service.ts';

/**
 * Builds what the model is sent: the chat's system prompt, the branch, and `begun`, the text so far of an answer that
 * is being continued. Answers without text are left out and neighbours of the same role joined: many chat templates
 * require that roles alternate.
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
