/** Rows that take about this many bytes as JSON. They are like those of a query for the routes of an airport. */
export function rowsOf(bytes: number): object[] {
  return Array.from({ length: Math.ceil(bytes / 77) }, (_, i) => ({
    destination: `A${String(i).padStart(3, '0')}`,
    flights: 1_000 + i,
    meanDelay: 12.5 + (i % 10),
    p95Delay: 80,
  }));
}
