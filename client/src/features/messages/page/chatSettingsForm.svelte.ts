import type { ChatSettings } from '#shared/chats';
import { limits } from '#shared/limits';
import { t } from '../../../i18n/t.ts';

/** What a number among the settings may be; as in the contract. */
interface Range {
  least: number;
  most: number;
  whole: boolean;
}
const ranges = {
  temperature: { least: 0, most: 2, whole: false },
  topP: { least: 0, most: 1, whole: false },
  maxTokens: { least: 1, most: 1_000_000, whole: true },
} satisfies Partial<Record<keyof ChatSettings, Range>>;

export type NumberField = keyof typeof ranges;

/** The settings of a chat as they stand in the fields. Only what is valid is ever read out. */
export class SettingsForm {
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

  /** What is wrong with a number; null when nothing is. */
  errorOf(field: NumberField): string | null {
    const { least, most } = ranges[field];
    return this.#number(field) === null ? t('chat.notInRange', { least, most }) : null;
  }

  get promptError(): string | null {
    const excess = this.systemPrompt.length - limits.systemPrompt;
    return excess > 0 ? t('chat.tooLong', { count: excess, most: String(limits.systemPrompt) }) : null;
  }

  /** The settings, or null while something is wrong. */
  get settings(): ChatSettings | null {
    const temperature = this.#number('temperature');
    const topP = this.#number('topP');
    const maxTokens = this.#number('maxTokens');
    if (this.promptError !== null || temperature === null || topP === null || maxTokens === null) return null;
    const systemPrompt = /\S/.test(this.systemPrompt) ? this.systemPrompt : undefined;
    // Fields that are undefined are left out of what is sent.
    return { systemPrompt, temperature, topP, maxTokens };
  }

  /** Undefined when the field is empty, null when it holds something else than a number in its range. */
  #number(field: NumberField): number | undefined | null {
    const text = this.numbers[field].trim().replace(',', '.');
    if (text === '') return undefined;
    const value = Number(text);
    const { least, most, whole } = ranges[field];
    const fits = value >= least && value <= most && (!whole || Number.isInteger(value));
    return fits ? value : null;
  }
}
