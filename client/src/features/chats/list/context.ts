import { createContext } from 'svelte';
import type { ChatActions } from './chatActions.ts';
import type { ChatList } from './chatList.svelte.ts';

/** The chats of the signed-in person, from any component: `const chats = getChatList()`. */
export const [getChatList, setChatList] = createContext<ChatList>();

/** Rename, pin, archive and delete, with their questions and their Undo. */
export const [getChatActions, setChatActions] = createContext<ChatActions>();
