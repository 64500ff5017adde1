import { createContext } from 'svelte';
import type { Conversations } from './conversations.ts';
import type { Models } from '../../models/picker/models.svelte.ts';

/** The conversations of this tab: `getConversations().of(chatId)`. */
export const [getConversations, setConversations] = createContext<Conversations>();

/** The models one can ask. */
export const [getModels, setModels] = createContext<Models>();
