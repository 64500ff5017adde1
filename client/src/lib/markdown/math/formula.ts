import type katex from 'katex';
import type { KatexOptions } from 'katex';
import { runWhenReady, spend } from '../scheduler.ts';
import { isSmallFormula } from './formulaLimits.ts';

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

/** Elements of one formula, and how deep they may be: the browser lays out each level with a frame of its stack. */
const maxElements = 4_000;
const maxDepth = 400;
/** Elements of all formulas of one paragraph, which is laid out as a whole, and of one text. */
const maxInParagraph = 4_000;
const maxInText = 20_000;
const paragraphs = 'p, li, td, th, h3, h4, h5, h6, summary, .md-formula-display';
/** Weight of an element of a formula, in the units of `lexer/weight.ts`. */
const elementWeight = 12;

/** Elements of the formulas inside a paragraph or a text. */
const typeset = new WeakMap<Element, number>();

let render: typeof katex.render | undefined;
let loading: Promise<void> | undefined;

async function load(): Promise<void> {
  const [{ default: loaded }] = await Promise.all([import('katex'), import('katex/dist/katex.min.css')]);
  render = loaded.render;
}

/**
 * Turns `element` into the formula `tex`: KaTeX creates the elements itself, from TeX alone. Until KaTeX is loaded,
 * and where it fails or the formula is too large, the source is shown.
 */
export function fillFormula(element: HTMLElement, tex: string, display: boolean): HTMLElement {
  element.className = display ? 'md-formula md-formula-display' : 'md-formula';
  element.dir = 'ltr';
  element.textContent = tex;
  if (display) element.tabIndex = 0;
  if (isSmallFormula(tex)) {
    runWhenReady(() => renderInto(element, tex, display), render ? undefined : () => (loading ??= load()));
  }
  return element;
}

function renderInto(element: HTMLElement, tex: string, displayMode: boolean): void {
  const formula = document.createElement('span');
  try {
    render?.(tex, formula, { ...options, displayMode });
  } catch {
    // Nested too deeply for KaTeX; half a formula would be worse than its source.
    return;
  }
  const size = formula.getElementsByTagName('*').length;
  spend(size * elementWeight);
  if (size > maxElements || isDeeperThan(formula, maxDepth) || !claim(element, size)) return;
  element.replaceChildren(...formula.childNodes);
}

/** Whether elements are nested inside `root` more than `max` levels deep. Does not recurse, for any depth. */
function isDeeperThan(root: Element, max: number): boolean {
  let level: Element[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > max) return true;
    level = level.flatMap(({ children }) => [...children]);
  }
  return false;
}

/** Counts the elements of a formula to its paragraph and its text; returns false when either has too many. */
function claim(element: HTMLElement, size: number): boolean {
  const owners = [
    [element.closest(paragraphs), maxInParagraph],
    [element.closest('.markdown'), maxInText],
  ] as const;
  if (owners.some(([owner, max]) => owner && (typeset.get(owner) ?? 0) + size > max)) return false;
  for (const [owner] of owners) {
    if (owner) typeset.set(owner, (typeset.get(owner) ?? 0) + size);
  }
  return true;
}
