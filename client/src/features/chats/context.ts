import { createContext } from 'svelte';
import type { ChatList } from './chatList.svelte.ts';

/** The chats of the signed-in person, from any component: `const chats = getChatList()`. */
export const [getChatList, setChatList] = createContext<ChatList>();
