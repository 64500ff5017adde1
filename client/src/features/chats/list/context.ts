import { createContext } from 'svelte';
import type { ChatActions } from './chatActions.ts';
import type { ChatList } from './chatList.svelte.ts';

/** The chats of the signed-in person, for any component: `const chats = getChatList()`. */
export const [getChatList, setChatList] = createContext<ChatList>();

/** Rename, pin, archive and delete, with confirmation and Undo. */
export const [getChatActions, setChatActions] = createContext<ChatActions>();
