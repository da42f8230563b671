import type { Page } from 'playwright-core';

export interface TextContrast {
  text: string;
  color: string;
  contrast: number;
}

/** Runs in the page, whose types the tests do not have. */
const MEASURE = `(selector) => {
  const channels = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = (color) => {
    const [r, g, b] = channels(color).map((value) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backgroundOf = (element) => {
    if (element === null) return 'rgb(255, 255, 255)';
    const { backgroundColor } = getComputedStyle(element);
    return (channels(backgroundColor)[3] ?? 1) === 1 ? backgroundColor : backgroundOf(element.parentElement);
  };
  return [...document.querySelectorAll(selector)].map((element) => {
    const { color } = getComputedStyle(element);
    const [a, b] = [luminance(color), luminance(backgroundOf(element))];
    return { text: element.textContent, color, contrast: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) };
  });
}`;

/** The contrast (WCAG 2.2) of each element's text with the first opaque background behind it. */
export function contrastsOf(page: Page, selector: string): Promise<TextContrast[]> {
  return page.evaluate(`(${MEASURE})(${JSON.stringify(selector)})`);
}
