import type katex from 'katex';
import type { KatexOptions } from 'katex';
import { whenFree } from '../scheduler.ts';

/** Characters; a longer one is no formula. */
const maxLength = 5_000;

const options: KatexOptions = {
  // No links, no images, no attributes: \href, \includegraphics, \htmlData and their like stay text.
  trust: false,
  strict: (code) => (code === 'htmlExtension' ? 'error' : 'ignore'),
  throwOnError: false,
  errorColor: 'currentColor',
  maxExpand: 500,
  // em; a size asked for is cut to this.
  maxSize: 20,
};

let render: typeof katex.render | undefined;
let loading: Promise<void> | undefined;

async function load(): Promise<void> {
  const [{ default: loaded }] = await Promise.all([import('katex'), import('katex/dist/katex.min.css')]);
  render = loaded.render;
}

/**
 * Turns `element` into the formula `tex`: KaTeX builds the elements itself, from TeX and from nothing else. Until
 * it is there, and where it gives up, the source is shown.
 */
export function fillFormula(element: HTMLElement, tex: string, display: boolean): HTMLElement {
  element.className = display ? 'md-formula md-formula-display' : 'md-formula';
  element.dir = 'ltr';
  element.textContent = tex;
  if (display) element.tabIndex = 0;
  if (tex.length <= maxLength) {
    whenFree(() => renderInto(element, tex, display), render ? undefined : () => (loading ??= load()));
  }
  return element;
}

function renderInto(element: HTMLElement, tex: string, displayMode: boolean): void {
  try {
    render?.(tex, element, { ...options, displayMode });
  } catch {
    // Too deep for it; half a formula would be worse than its source.
    element.textContent = tex;
  }
}
