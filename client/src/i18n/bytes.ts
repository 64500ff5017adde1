import { language } from './locale.ts';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const formats = units.map(
  (unit) =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit,
      unitDisplay: unit === 'byte' ? 'long' : 'short',
      maximumFractionDigits: unit === 'byte' ? 0 : 1,
    }),
);

/** Returns a size as shown on the screen: `1.5 MB`. */
export function formatBytes(bytes: number): string {
  let unit = 0;
  let size = bytes;
  // Compared as it is shown, so that "1,000 kB" never appears.
  while (unit < units.length - 1 && Math.round(size * 10) >= 10_000) {
    size /= 1_000;
    unit++;
  }
  return formats[unit]!.format(size);
}
