/** What highlight.js makes of a text before it writes HTML: words, and kinds of words around them. */
export interface ScopeNode {
  /** Such as `keyword` or `title.function`; absent for what has no colour. */
  scope?: string;
  children: readonly (ScopeNode | string)[];
}

/**
 * The elements of a coloured text. They are made from the tree itself, so no HTML has to be written and read
 * again, and code can never be anything but text in a `<span>`.
 */
export function coloured({ scope, children }: ScopeNode): Node {
  const parent = scope ? document.createElement('span') : document.createDocumentFragment();
  if (scope && parent instanceof HTMLElement) parent.className = className(scope);
  parent.append(...children.map((child) => (typeof child === 'string' ? child : coloured(child))));
  return parent;
}

/** The class names that highlight.js itself would give: `title.function` becomes `hljs-title function_`. */
function className(scope: string): string {
  if (scope.startsWith('language:')) return scope.replace(':', '-');
  return scope
    .split('.')
    .map((part, depth) => (depth === 0 ? `hljs-${part}` : part + '_'.repeat(depth)))
    .join(' ');
}
