/** The messages are English, so dates and numbers are too, in the browser's variant of English if it has one. */
export const language: string = navigator.languages.find((tag) => tag.startsWith('en')) ?? 'en';

const numbers = new Intl.NumberFormat(language);

/** Returns a number as shown on the screen: `12,345`. */
export const formatNumber = (value: number): string => numbers.format(value);
