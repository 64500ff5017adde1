import { createContext } from 'svelte';
import type { Conversations } from './conversations.ts';

/** The conversations of this tab: `getConversations().get(chatId)`. */
export const [getConversations, setConversations] = createContext<Conversations>();
