import { createContext } from 'svelte';
import type { Session } from './session.svelte.ts';

/** The session, from any component: `const session = getSession()`. */
export const [getSession, setSession] = createContext<Session>();
