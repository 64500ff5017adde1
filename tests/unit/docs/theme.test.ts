import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

/** WCAG 2.2, 1.4.3 and 1.4.11. */
const readable = 4.5;
const visible = 3;

const css = readFileSync(new URL('../../../client/src/styles/theme.css', import.meta.url), 'utf8');
const pairs = new Map(
  [...css.matchAll(/--color-([\w-]+): light-dark\((oklch\([^)]*\)), (oklch\([^)]*\))\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }] as const,
  ),
);

/** Returns the relative luminance of an `oklch()` color, computed through OKLab and linear sRGB (https://bottosson.github.io/posts/oklab). */
function luminance(color: string): number {
  const [lightness = 0, chroma = 0, hue = 0] = color
    .slice(6)
    .split(/[ /)]+/)
    .map(Number);
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const red = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s;
  const green = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s;
  const blue = -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s;
  const clamp = (channel: number): number => Math.min(1, Math.max(0, channel));
  return 0.2126 * clamp(red) + 0.7152 * clamp(green) + 0.0722 * clamp(blue);
}

function contrast(one: string, other: string, theme: 'light' | 'dark'): number {
  const [first, second] = [one, other].map((name) => {
    const pair = pairs.get(name);
    if (!pair) throw new Error(`No color is named ${name}.`);
    return luminance(pair[theme]) + 0.05;
  }) as [number, number];
  return Math.max(first, second) / Math.min(first, second);
}

const backgrounds = ['surface', 'bg', 'raised', 'hover', 'selected'];
const texts: [text: string, on: string[]][] = [
  ['text', [...backgrounds, 'accent-soft', 'danger-soft', 'warning-soft', 'success-soft']],
  ['muted', [...backgrounds, 'accent-soft']],
  ['accent-text', ['surface', 'bg', 'raised', 'hover', 'accent-soft']],
  ['danger-text', ['surface', 'bg', 'raised', 'hover', 'danger-soft']],
  ['warning-text', ['surface', 'bg', 'raised', 'hover', 'warning-soft']],
  ['success-text', ['surface', 'bg', 'raised', 'hover', 'success-soft']],
  ['on-accent', ['accent', 'accent-hover']],
  ['on-danger', ['danger', 'danger-hover']],
  ['on-inverse', ['inverse']],
];

test('black on white has the contrast defined by the standard', () => {
  expect((luminance('oklch(1 0 0)') + 0.05) / (luminance('oklch(0 0 0)') + 0.05)).toBeCloseTo(21, 3);
});

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  test.each(texts.flatMap(([text, on]) => on.map((background) => [text, background] as const)))(
    '%s is readable on %s',
    (text, background) => {
      expect(contrast(text, background, theme)).toBeGreaterThanOrEqual(readable);
    },
  );

  test.each(['surface', 'bg', 'raised', 'selected'])('the focus ring is visible on %s', (background) => {
    expect(contrast('focus', background, theme)).toBeGreaterThanOrEqual(visible);
  });
});
