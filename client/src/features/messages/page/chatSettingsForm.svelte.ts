import type { ChatSettings } from '#shared/chats';
import { limits } from '#shared/limits';
import { t } from '../../../i18n/t.ts';

/** The allowed values of a number setting, as in the contract. */
interface Range {
  min: number;
  max: number;
  integer: boolean;
}
const ranges = {
  temperature: { min: 0, max: 2, integer: false },
  topP: { min: 0, max: 1, integer: false },
  maxTokens: { min: 1, max: 1_000_000, integer: true },
} satisfies Partial<Record<keyof ChatSettings, Range>>;

export type NumberField = keyof typeof ranges;

/** The settings of a chat as typed into the fields. */
export class ChatSettingsForm {
  systemPrompt = $state('');
  readonly numbers: Record<NumberField, string> = $state({ temperature: '', topP: '', maxTokens: '' });

  constructor(settings: ChatSettings) {
    this.fill(settings);
  }

  fill({ systemPrompt, temperature, topP, maxTokens }: ChatSettings): void {
    this.systemPrompt = systemPrompt ?? '';
    Object.assign(this.numbers, {
      temperature: String(temperature ?? ''),
      topP: String(topP ?? ''),
      maxTokens: String(maxTokens ?? ''),
    });
  }

  /** Returns what is wrong with a number; null when it is valid. */
  errorFor(field: NumberField): string | null {
    const { min, max } = ranges[field];
    return this.#number(field) === null ? t('chat.notInRange', { min, max }) : null;
  }

  get promptError(): string | null {
    const excess = this.systemPrompt.length - limits.systemPrompt;
    return excess > 0 ? t('chat.tooLong', { count: excess, limit: String(limits.systemPrompt) }) : null;
  }

  /** Null while a field is invalid. */
  get settings(): ChatSettings | null {
    const temperature = this.#number('temperature');
    const topP = this.#number('topP');
    const maxTokens = this.#number('maxTokens');
    if (this.promptError !== null || temperature === null || topP === null || maxTokens === null) return null;
    const systemPrompt = /\S/.test(this.systemPrompt) ? this.systemPrompt : undefined;
    // Undefined fields are omitted from the request.
    return { systemPrompt, temperature, topP, maxTokens };
  }

  /** Returns undefined when the field is empty, and null when its text is not a number in the range. */
  #number(field: NumberField): number | undefined | null {
    const text = this.numbers[field].trim().replace(',', '.');
    if (text === '') return undefined;
    const value = Number(text);
    const { min, max, integer } = ranges[field];
    const valid = value >= min && value <= max && (!integer || Number.isInteger(value));
    return valid ? value : null;
  }
}
