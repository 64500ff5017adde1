import { createContext } from 'svelte';
import type { Models } from './models.svelte.ts';

/** The available models. */
export const [getModels, setModels] = createContext<Models>();
