import { router } from '../router/router.svelte.ts';
import HomeLayout from './views/HomeLayout.svelte';

/** Returns whether the current page is shown with the sidebar. */
export const hasSidebar = (): boolean => router.page?.route.layout === HomeLayout;
