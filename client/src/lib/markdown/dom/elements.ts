import { CodeBlock } from '../code/codeBlock.ts';
import type { MarkdownToken, TokenOf } from '../lexer/tokens.ts';
import { fillFormula } from '../math/formula.ts';
import { linkAddress } from './urls.ts';
import { decodeEntities } from './sanitize.ts';
import { checkbox, imageLink, scrollable, writtenOut } from './trustedElements.ts';

/** What stands for one token on the page, without what is inside the token. */
export interface Made {
  /** Null for what cannot be seen, such as empty lines. */
  node: ChildNode | null;
  /** Where the children go; absent for tokens that have none. */
  body?: HTMLElement;
  /** Runs when everything around is sanitised, and may put our own elements in the place of `node`. */
  finish?: (node: ChildNode) => ChildNode;
  /** Takes over a longer text without being made anew. */
  update?: (token: MarkdownToken) => void;
  /** Shows `text` behind what is there; in a listing it may begin a new line. */
  append?: (text: string, beginsLine: boolean) => void;
  /** The text is complete. */
  settle?: () => void;
}

type WrittenText = TokenOf<'text'> | TokenOf<'escape'>;

/** Makes the element or the text of `token`. Elements have no attributes but those named here. */
export function create(token: MarkdownToken): Made {
  switch (token.type) {
    case 'space':
    case 'def':
      return { node: null };
    case 'text':
      return token.tokens ? container('span') : text(token);
    case 'escape':
      return text(token);
    case 'paragraph':
      return container('p');
    case 'html':
      return token.block ? container('p') : { node: null };
    case 'heading':
      // The page has its own title and each chat its own heading: those of a message come below them.
      return container(`h${Math.min(6, token.depth + 2)}`);
    case 'list':
      return list(token);
    case 'list_item':
      return container('li');
    case 'table':
      return { ...container('table'), finish: scrollable };
    case 'rows':
      return container(token.isHead ? 'thead' : 'tbody');
    case 'row':
      return container('tr');
    case 'cell':
      return container(token.isHead ? 'th' : 'td', { align: token.align });
    case 'details':
      return container('details', { open: token.open ? '' : null });
    case 'tag':
      return container(token.tag);
    case 'blockquote':
    case 'strong':
    case 'em':
    case 'del':
    case 'summary':
      return container(token.type);
    case 'hr':
    case 'br':
      return { node: document.createElement(token.type) };
    case 'codespan':
      return { node: element('code', token.text) };
    case 'link':
      return link(token);
    case 'image':
      return { node: element('span', token.text), finish: (node) => imageLink(node, token) };
    case 'checkbox':
      return { node: element('span'), finish: () => checkbox(token.checked) };
    case 'maths':
      return maths(token);
    case 'code':
      return code(token);
  }
}

function element(name: string, content = ''): HTMLElement {
  const made = document.createElement(name);
  made.textContent = content;
  return made;
}

function container(name: string, attributes: Record<string, string | null> = {}): Made {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== null) made.setAttribute(attribute, value);
  }
  return { node: made, body: made };
}

function text(token: WrittenText): Made {
  const node = document.createTextNode(decodeEntities(token.text));
  return {
    node,
    update(next) {
      const content = decodeEntities((next as WrittenText).text);
      if (content !== node.data) node.data = content;
    },
    append: (more) => node.appendData(more),
  };
}

function list({ ordered, start }: TokenOf<'list'>): Made {
  return ordered ? container('ol', { start: start === 1 ? null : String(start) }) : container('ul');
}

/** Addresses that may not be followed leave the words they were put on. */
function link({ href, title, autolink }: TokenOf<'link'>): Made {
  const address = linkAddress(href);
  if (!address) return container('span');
  const made = container('a', {
    href: address.href,
    title: title ? decodeEntities(title) : null,
    target: '_blank',
    rel: 'noopener noreferrer nofollow',
  });
  return autolink ? { ...made, finish: writtenOut } : made;
}

function maths({ tex, display, block }: TokenOf<'maths'>): Made {
  const placeholder = element(block ? 'div' : 'span');
  return { node: placeholder, finish: () => fillFormula(placeholder, tex, display) };
}

/** Code goes around the sanitiser: it never is anything but text. */
function code(token: TokenOf<'code'>): Made {
  const block = new CodeBlock(token);
  return {
    node: element('div'),
    finish: () => block.element,
    update: (next) => block.update(next as TokenOf<'code'>),
    append: (more, beginsLine) => block.append(more, beginsLine),
    settle: () => block.settle(),
  };
}
