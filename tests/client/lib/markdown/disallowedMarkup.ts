/** Elements that a text may consist of, with their allowed attributes. */
const allowed: Record<string, string[]> = {
  a: ['href', 'title', 'target', 'rel', 'class'],
  ol: ['start'],
  td: ['align'],
  th: ['align'],
  details: ['open'],
  div: ['class', 'tabindex', 'role', 'aria-label'],
  pre: ['tabindex'],
  span: ['class', 'tabindex'],
  button: ['type', 'data-code', 'aria-pressed'],
  input: ['type', 'class', 'disabled', 'checked', 'aria-label'],
  img: ['src', 'alt', 'decoding'],
};
const withoutAttributes =
  'p h3 h4 h5 h6 hr br ul li blockquote table thead tbody tr summary b strong i em u s del ins mark small sub sup code kbd samp var q';
for (const name of withoutAttributes.split(' ')) allowed[name] ??= [];

const ownClass = /^(?:md-[a-z-]+(?: |$))+$|^(?:hljs-[a-z_-]+|[a-z_]+_+|language-\w+)(?: [a-z]+_+)*$/;

/** Lists the elements and attributes inside `root` that are not allowed. Formulas have separate rules. */
export function findDisallowed(root: HTMLElement): string[] {
  return [...root.querySelectorAll('*')].flatMap((element) => {
    if (element.closest('.katex, .katex-display, .katex-error')) return disallowedInFormula(element);
    const name = element.localName;
    const attributes = allowed[name];
    if (!attributes || element.namespaceURI !== 'http://www.w3.org/1999/xhtml') return [`<${name}>`];
    return [...element.attributes].flatMap(({ name: attribute, value }) =>
      isAllowed(attributes, attribute, value) ? [] : [`<${name} ${attribute}="${value}">`],
    );
  });
}

function isAllowed(attributes: string[], name: string, value: string): boolean {
  if (name === 'dir') return value === 'auto' || value === 'ltr';
  if (!attributes.includes(name)) return false;
  if (name === 'href') return /^(?:https?:\/\/[^\s@/]+(?:\/|$)|mailto:)/.test(value);
  if (name === 'src') return /^data:image\/(?:png|jpeg|gif|webp|avif);base64,/.test(value);
  if (name === 'class') return ownClass.test(value);
  return true;
}

/** KaTeX creates spans, MathML and SVG lines, and positions them; it creates no links and loads no resources. */
function disallowedInFormula(element: Element): string[] {
  const elements = /^(?:span|math|semantics|annotation|m[a-z]+|svg|path|line)$/.test(element.localName)
    ? []
    : [`<${element.localName}>`];
  const attributes = [...element.attributes].flatMap(({ name, value }) =>
    /^(?:on|href|xlink|src|id$|name$|data-)/.test(name) ||
    /url\(|fixed|javascript/i.test(name === 'title' ? '' : value)
      ? [`<${element.localName} ${name}="${value}">`]
      : [],
  );
  return [...elements, ...attributes];
}
