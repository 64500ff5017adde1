import type katex from 'katex';
import type { KatexOptions } from 'katex';
import { runWhenReady } from '../scheduler.ts';

/** Characters; longer text is not a formula. */
const maxLength = 5_000;

const options: KatexOptions = {
  // No links, images or attributes: \href, \includegraphics, \htmlData and the like remain text.
  trust: false,
  strict: (code) => (code === 'htmlExtension' ? 'error' : 'ignore'),
  throwOnError: false,
  errorColor: 'currentColor',
  maxExpand: 500,
  // em; larger sizes are cut to this.
  maxSize: 20,
};

let render: typeof katex.render | undefined;
let loading: Promise<void> | undefined;

async function load(): Promise<void> {
  const [{ default: loaded }] = await Promise.all([import('katex'), import('katex/dist/katex.min.css')]);
  render = loaded.render;
}

/**
 * Turns `element` into the formula `tex`: KaTeX creates the elements itself, from TeX alone. Until KaTeX is loaded,
 * and where it fails, the source is shown.
 */
export function fillFormula(element: HTMLElement, tex: string, display: boolean): HTMLElement {
  element.className = display ? 'md-formula md-formula-display' : 'md-formula';
  element.dir = 'ltr';
  element.textContent = tex;
  if (display) element.tabIndex = 0;
  if (tex.length <= maxLength) {
    runWhenReady(() => renderInto(element, tex, display), render ? undefined : () => (loading ??= load()));
  }
  return element;
}

function renderInto(element: HTMLElement, tex: string, displayMode: boolean): void {
  try {
    render?.(tex, element, { ...options, displayMode });
  } catch {
    // Nested too deeply for KaTeX; half a formula would be worse than its source.
    element.textContent = tex;
  }
}
