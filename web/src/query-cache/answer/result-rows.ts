type Cell = string | number | null;
type Row = Record<string, Cell>;

/** A flight answer: one row, or a list of them under `routes` or `airports`. */
export type FlightAnswer = Row | { origin: string; routes: Row[] } | { airports: Row[] };

export interface ResultTable {
  columns: string[];
  rows: string[][];
  /** Columns to align right. */
  numeric: boolean[];
}

const units: Record<string, string> = {
  meanDelay: 'mean, min',
  medianDelay: 'median, min',
  p95Delay: 'p95, min',
  delay: 'delay, min',
  distance: 'miles',
  meanDistance: 'mean miles',
  temperatureCelsius: '°C',
  windKph: 'wind, km/h',
};

export function toTable(answer: FlightAnswer): ResultTable {
  const rows = rowsOf(answer);
  const keys = Object.keys(rows[0] ?? {});
  return {
    columns: keys.map((key) => units[key] ?? key),
    rows: rows.map((row) => keys.map((key) => format(key, row[key] ?? null))),
    numeric: keys.map((key) => typeof rows[0]?.[key] === 'number'),
  };
}

function rowsOf(answer: FlightAnswer): Row[] {
  if ('routes' in answer && Array.isArray(answer.routes)) return answer.routes;
  if ('airports' in answer && Array.isArray(answer.airports)) return answer.airports;
  return [answer as Row];
}

function format(key: string, cell: Cell): string {
  if (cell === null) return '–';
  // An id is a name, so it gets no digit grouping.
  if (typeof cell === 'string' || key === 'id') return String(cell);
  // At least one digit for means, so that 7.0 and 6.2 are aligned.
  const minimumFractionDigits = key.startsWith('mean') ? 1 : 0;
  return cell.toLocaleString('en-US', { minimumFractionDigits, maximumFractionDigits: 1 });
}
