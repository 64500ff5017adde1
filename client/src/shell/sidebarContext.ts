import { createContext } from 'svelte';
import type { Sidebar } from './sidebar.svelte.ts';

export const [getSidebar, setSidebar] = createContext<Sidebar>();
