import { asList, asRecord, asText, asTitle, type Untrusted } from './untrusted.ts';

/** The visible content of one node of a ChatGPT conversation. Both texts are empty for a hidden node. */
export interface VisibleContent {
  text: string;
  reasoning: string;
}

const hidden: VisibleContent = { text: '', reasoning: '' };
const visible = (text: string): VisibleContent => ({ text, reasoning: '' });

/** Returns a code block, or an empty text. The fence is longer than any run of backticks inside. */
function fenced(code: string, language: string): string {
  if (code.trim() === '') return '';
  let longest = 2;
  for (const [run] of code.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  const label = /^[\w+#-]{1,30}$/.test(language) && language !== 'unknown' ? language : '';
  return `${fence}${label}\n${code.trimEnd()}\n${fence}`;
}

function reasoningText(content: Untrusted): string {
  return asList(content.thoughts)
    .map(asRecord)
    .map(({ summary, content: body }) => {
      const title = asTitle(summary);
      return [title && `**${title}**`, asText(body).trim()].filter((part) => part !== '').join('\n\n');
    })
    .filter((thought) => thought !== '')
    .join('\n\n');
}

function partText(value: unknown): string {
  if (typeof value === 'string') return value;
  const { content_type: type, text } = asRecord(value);
  if (type === 'image_asset_pointer') return '[image]';
  if (type === 'audio_transcription') return asText(text);
  // Audio has a separate part with its transcription.
  return '';
}

const partsText = (content: Untrusted): string =>
  asList(content.parts)
    .map(partText)
    .filter((text) => text.trim() !== '')
    .join('\n\n');

const hasImage = (content: Untrusted) =>
  asList(content.parts).some((value) => asRecord(value).content_type === 'image_asset_pointer');

/** Citations and similar references are markers between private-use characters; the file contains their display text. */
const marker = /\ue200[^\ue200\ue201]*\ue201/g;

function replaceMarkers(text: string, references: unknown): string {
  if (!text.includes('\ue200')) return text;
  const displayTexts = new Map<string, string>();
  for (const reference of asList(references).map(asRecord)) {
    displayTexts.set(asText(reference.matched_text), asText(reference.alt) || asText(reference.name));
  }
  return text.replace(marker, (found) => displayTexts.get(found) ?? '');
}

/** Files are not part of `conversations.json`, so the text names them. */
function withFileNames(text: string, attachments: unknown): string {
  const names = asList(attachments)
    .map(asRecord)
    .filter((file) => !asText(file.mime_type).startsWith('image/'))
    .map((file) => `[file: ${asTitle(file.name) || 'unnamed'}]`);
  return [text, ...names].filter((part) => part !== '').join('\n\n');
}

/** Tools whose input users see: code that is run, and documents that are written. */
const toolsWithVisibleInput = /^(python|canmore)\b/;

const isText = (type: string) => type === 'text' || type === 'multimodal_text';

function fromAssistant(message: Untrusted, content: Untrusted): VisibleContent {
  const type = asText(content.content_type);
  const recipient = asText(message.recipient) || 'all';
  if (type === 'thoughts') return { text: '', reasoning: reasoningText(content) };
  if (recipient !== 'all' && !toolsWithVisibleInput.test(recipient)) return hidden;
  if (type === 'code') return visible(fenced(asText(content.text), asText(content.language)));
  if (!isText(type)) return hidden;
  const text = partsText(content);
  if (recipient !== 'all') return visible(fenced(text, ''));
  return visible(replaceMarkers(text, asRecord(message.metadata).content_references));
}

/** Of tool messages, users see images and the output of code. */
function fromTool(content: Untrusted): VisibleContent {
  if (hasImage(content)) return visible('[image]');
  return content.content_type === 'execution_output' ? visible(fenced(asText(content.text), 'text')) : hidden;
}

/** Returns what users saw of a message of any role. */
export function visibleContent(message: Untrusted, role: unknown): VisibleContent {
  const content = asRecord(message.content);
  const metadata = asRecord(message.metadata);
  if (message.weight === 0 || metadata.is_visually_hidden_from_conversation === true) return hidden;
  if (role === 'assistant') return fromAssistant(message, content);
  if (role === 'tool') return fromTool(content);
  if (role !== 'user' || !isText(asText(content.content_type))) return hidden;
  return visible(withFileNames(partsText(content), metadata.attachments));
}
