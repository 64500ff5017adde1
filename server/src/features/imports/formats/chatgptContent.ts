import { asList, asRecord, asText, asTitle, type Untrusted } from './untrusted.ts';

/** What one node of a ChatGPT conversation shows; both empty when it shows nothing. */
export interface VisibleContent {
  text: string;
  reasoning: string;
}

/** Longer than any run of backticks inside, so that code cannot leave its block. */
function fenced(code: string, language: string): string {
  let longest = 2;
  for (const [run] of code.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  const label = /^[\w+#-]{1,30}$/.test(language) && language !== 'unknown' ? language : '';
  return `${fence}${label}\n${code.trimEnd()}\n${fence}`;
}

function thoughts(content: Untrusted): string {
  return asList(content.thoughts)
    .map(asRecord)
    .map(({ summary, content: body }) => {
      const title = asTitle(summary);
      return [title && `**${title}**`, asText(body).trim()].filter((part) => part !== '').join('\n\n');
    })
    .filter((thought) => thought !== '')
    .join('\n\n');
}

function part(value: unknown): string {
  if (typeof value === 'string') return value;
  const { content_type: type, text } = asRecord(value);
  if (type === 'image_asset_pointer') return '[image]';
  if (type === 'audio_transcription') return asText(text);
  // Sound comes with its transcription beside it.
  return '';
}

const parts = (content: Untrusted): string =>
  asList(content.parts)
    .map(part)
    .filter((text) => text.trim() !== '')
    .join('\n\n');

const hasImage = (content: Untrusted) =>
  asList(content.parts).some((value) => asRecord(value).content_type === 'image_asset_pointer');

/** Citations and the like stand in the text between characters of private use; the file says what they look like. */
const marker = /\ue200[^\ue200\ue201]*\ue201/g;

function withoutMarkers(text: string, references: unknown): string {
  if (!text.includes('\ue200')) return text;
  const looks = new Map<string, string>();
  for (const reference of asList(references).map(asRecord)) {
    looks.set(asText(reference.matched_text), asText(reference.alt) || asText(reference.name));
  }
  return text.replace(marker, (found) => looks.get(found) ?? '');
}

/** Files are not part of `conversations.json`; what is left of them is said in the text. */
function withFiles(text: string, attachments: unknown): string {
  const marks = asList(attachments)
    .map(asRecord)
    .filter((file) => !asText(file.mime_type).startsWith('image/'))
    .map((file) => `[file: ${asTitle(file.name) || 'unnamed'}]`);
  return [text, ...marks].filter((mark) => mark !== '').join('\n\n');
}

/** Tools whose input people see: code that is run, and documents that are written. */
const showsItsInput = /^(python|canmore)\b/;

function fromAssistant(message: Untrusted, content: Untrusted): VisibleContent {
  const type = asText(content.content_type);
  const recipient = asText(message.recipient) || 'all';
  if (type === 'thoughts') return { text: '', reasoning: thoughts(content) };
  if (recipient !== 'all' && !showsItsInput.test(recipient)) return { text: '', reasoning: '' };
  if (type === 'code') {
    const code = asText(content.text);
    return { text: code.trim() === '' ? '' : fenced(code, asText(content.language)), reasoning: '' };
  }
  if (type !== 'text' && type !== 'multimodal_text') return { text: '', reasoning: '' };
  const text = parts(content);
  if (recipient !== 'all') return { text: text.trim() === '' ? '' : fenced(text, ''), reasoning: '' };
  return { text: withoutMarkers(text, asRecord(message.metadata).content_references), reasoning: '' };
}

/** Of what tools say, people see the pictures they made and what their code printed. */
function fromTool(content: Untrusted): VisibleContent {
  if (hasImage(content)) return { text: '[image]', reasoning: '' };
  const output = content.content_type === 'execution_output' ? asText(content.text) : '';
  return { text: output.trim() === '' ? '' : fenced(output, 'text'), reasoning: '' };
}

/** What people saw of a message, whoever wrote it. */
export function visibleContent(message: Untrusted, role: unknown): VisibleContent {
  const content = asRecord(message.content);
  const metadata = asRecord(message.metadata);
  const hidden = message.weight === 0 || metadata.is_visually_hidden_from_conversation === true;
  if (hidden) return { text: '', reasoning: '' };
  if (role === 'assistant') return fromAssistant(message, content);
  if (role === 'tool') return fromTool(content);
  const type = asText(content.content_type);
  if (role !== 'user' || (type !== 'text' && type !== 'multimodal_text')) return { text: '', reasoning: '' };
  return { text: withFiles(parts(content), metadata.attachments), reasoning: '' };
}
