import { createContext } from 'svelte';
import type { Session } from './session.svelte.ts';

/** Who is signed in, from any component: `const session = getSession()`. */
export const [getSession, setSession] = createContext<Session>();
