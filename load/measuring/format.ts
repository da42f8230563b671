import type { Figure } from '../scenario.js';
import type { Gain, Middle } from './gain.js';
import type { SideFigures } from './sides.js';

/** Aligns names left and figures right, in columns as wide as their widest cell. */
export function align(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? '';
        return column < 2 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  '),
  );
}

/** For example 12,345. Two decimals below ten, one below a hundred. */
export function formatCount(value: number): string {
  const maximumFractionDigits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return value.toLocaleString('en-US', { maximumFractionDigits });
}

export function formatMs(ms: number): string {
  return ms.toFixed(ms < 10 ? 2 : 1);
}

/** For example "734 times". Two digits below ten. */
export function formatTimes(ratio: number): string {
  if (!Number.isFinite(ratio)) return '-';
  const digits =
    ratio < 10 ? ratio.toPrecision(2) : ratio.toLocaleString('en-US', { maximumFractionDigits: 0 });
  return `${digits} times`;
}

/** The value with its unit. */
export function formatFigure({ value, interval, unit }: Figure): string {
  const text = interval ? formatMiddle({ median: value, ...interval }) : formatCount(value);
  return withUnit(text, unit);
}

/** For example "1.92 (1.9-2.05)", the median and its interval. */
export function formatMiddle({ median, low, high }: Omit<Middle, 'confidence'>): string {
  return `${formatCount(median)} (${formatCount(low)}-${formatCount(high)})`;
}

/** For example "1,886 (1,820-1,950)", the median of the rounds and their quartiles. */
export function formatRate({ requestsPerSecond }: Pick<SideFigures, 'requestsPerSecond'>): string {
  const { median, quartiles } = requestsPerSecond;
  const [low, high] = quartiles;
  return formatMiddle({ median, low, high });
}

/** For example "at most 30 ms". Empty without a goal. */
export function formatGoal({ atMost, atLeast, unit }: Figure): string {
  if (atMost !== undefined) return `at most ${withUnit(formatCount(atMost), unit)}`;
  return atLeast === undefined ? '' : `at least ${withUnit(formatCount(atLeast), unit)}`;
}

function withUnit(text: string, unit: string | undefined): string {
  return unit === undefined ? text : `${text} ${unit}`;
}

/** A count of a side per 1,000 requests. */
export function perThousand(
  { counts, requests }: Pick<SideFigures, 'counts' | 'requests'>,
  name: string,
): string {
  return requests === 0 ? '-' : formatCount((1000 * (counts[name] ?? 0)) / requests);
}

/** databaseQueries → "database queries per 1,000" */
export function perThousandHeader(name: string): string {
  return `${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} per 1,000`;
}

/** For example "12x (9.1-14)", the median and its interval. */
export function formatGain({ median, low, high }: Gain): string {
  const digits = (ratio: number) => formatTimes(ratio).replace(' times', '');
  return `${digits(median)}x (${digits(low)}-${digits(high)})`;
}
