import { readFileSync } from 'node:fs';

const FOLDER = 'docker/observability';
/** Words of PromQL in the queries. Others are names of metrics. */
const PROMQL = new Set(['and', 'by', 'histogram_quantile', 'rate', 'sum']);
/** Labels that Prometheus adds to every series. */
const OF_TARGET = ['instance', 'job'];

/** A query of the dashboard or of an alert rule, and the labels that its legend or its texts show. */
export interface Query {
  name: string;
  text: string;
  shownLabels: string[];
}

/** One line of `/metrics`. */
export interface Series {
  name: string;
  labels: Record<string, string>;
}

interface Dashboard {
  panels: { title: string; targets: { expr: string; legendFormat: string }[] }[];
}

/** The queries of the dashboard. */
export function panelQueries(): Query[] {
  const dashboard = JSON.parse(readFileSync(`${FOLDER}/dashboards/caching.json`, 'utf8')) as Dashboard;
  return dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, legendFormat }) => ({
      name: title,
      text: expr,
      shownLabels: namesIn(legendFormat, /\{\{(\w+)\}\}/g),
    })),
  );
}

/** The conditions of the alert rules. */
export function ruleQueries(): Query[] {
  const [, ...rules] = readFileSync(`${FOLDER}/alerts.yml`, 'utf8').split('- alert: ');
  return rules.map((rule) => ({
    name: rule.slice(0, rule.indexOf('\n')),
    text: /expr: (?:>-)?([^]*?)\n +for:/.exec(rule)?.[1] ?? '',
    shownLabels: namesIn(rule, /\$labels\.(\w+)/g),
  }));
}

/** The series of an answer in Prometheus' text format. */
export function seriesIn(text: string): Series[] {
  const lines = text.matchAll(/^([a-z_:]\w*)(?:\{(.*)\})? \S+$/gm);
  return [...lines].map(([, name = '', labels = '']) => ({
    name,
    labels: Object.fromEntries(
      [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', value = '']) => [label, value]),
    ),
  }));
}

/** What a query names and no series has: metrics, labels, and values that it compares labels with. */
export function unknownIn({ text, shownLabels }: Query, series: readonly Series[]): string[] {
  const grouped = [...text.matchAll(/by \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(', '));
  const selectors = [...text.replaceAll(/by \([^)]*\)/g, '').matchAll(/(?<!\w)([a-z_]\w*)(?:\{([^}]*)\})?/g)]
    .filter(([, name = '']) => !PROMQL.has(name))
    .map(([, name = '', matchers = '']) => ({ name, matchers }));
  const used = series.filter(({ name }) => selectors.some((selector) => selector.name === name));
  const unknownLabels = [...grouped, ...shownLabels].filter(
    (label) => !OF_TARGET.includes(label) && !used.some(({ labels }) => label in labels),
  );
  return [...selectors.flatMap((selector) => unknownInSelector(selector, series)), ...unknownLabels];
}

function unknownInSelector(
  { name, matchers }: { name: string; matchers: string },
  series: readonly Series[],
): string[] {
  // Prometheus writes it, with the job of prometheus.yml.
  if (name === 'up') return [];
  const own = series.filter((one) => one.name === name);
  if (own.length === 0) return [name];
  return [...matchers.matchAll(/(\w+)(=~|!=|=)"([^"]*)"/g)]
    .filter(([, label = '', operator, value = '']) => {
      const isMatch = (given: string) =>
        operator === '!=' ? given !== value : new RegExp(`^(?:${value})$`).test(given);
      return !own.some(({ labels }) => label in labels && isMatch(labels[label] ?? ''));
    })
    .map(([matcher]) => `${name}{${matcher}}`);
}

function namesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name);
}
