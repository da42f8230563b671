import { lastAnswer } from '../request/query-requests.js';
import { toTable } from './result-rows.js';

export function ResultTableView() {
  if (lastAnswer.value === null) return null;
  const { columns, rows, numeric } = toTable(lastAnswer.value.body);
  if (rows.length === 0) return <p class="empty">The answer has no rows.</p>;
  const align = (index: number): string | undefined => (numeric[index] === true ? 'number' : undefined);
  return (
    // Focusable, so that the keyboard can scroll it.
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Result">
      <table>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th key={column} scope="col" class={align(index)}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row[0]}>
              {row.map((cell, index) => (
                <td key={columns[index]} class={align(index)}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
