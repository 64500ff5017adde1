import type { Component } from 'svelte';

/** An icon from `@lucide/svelte/icons/<name>`. */
export type Icon = Component<{ size?: number | string; class?: string }>;
