/** The words are English, so dates and numbers are too: in the reader's own kind of English where there is one. */
export const language: string = navigator.languages.find((tag) => tag.startsWith('en')) ?? 'en';

const numbers = new Intl.NumberFormat(language);

/** A number for people: `12,345`. */
export const formatNumber = (value: number): string => numbers.format(value);
