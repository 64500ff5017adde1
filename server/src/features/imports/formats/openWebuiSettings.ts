import { ChatSettings } from '#shared/chats';
import { asRecord, asText, type Untrusted } from './untrusted.ts';

/** The chat's own settings, each if we could have set it as well. The system prompt stands beside or inside `params`. */
export function settingsOf(chat: Untrusted): ChatSettings {
  const params = asRecord(chat.params);
  const wanted = {
    systemPrompt: asText(params.system) || asText(chat.system) || undefined,
    temperature: params.temperature,
    topP: params.top_p,
    maxTokens: params.max_tokens,
  };
  let settings: ChatSettings = {};
  for (const [name, value] of Object.entries(wanted)) {
    const parsed = ChatSettings.safeParse({ [name]: value });
    if (value !== undefined && parsed.success) settings = { ...settings, ...parsed.data };
  }
  return settings;
}
