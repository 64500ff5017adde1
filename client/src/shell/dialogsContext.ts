import { createContext } from 'svelte';
import type { Dialogs } from './dialogs.svelte.ts';

/** Opens settings, the Share modal and the like, from any component: `getDialogs().openShare(chatId)`. */
export const [getDialogs, setDialogs] = createContext<Dialogs>();
