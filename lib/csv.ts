/** Comma-separated values as RFC 4180 has them. */

export interface CsvColumn<Row> {
  name: string;
  /** Lists become one cell, separated by commas; null, undefined and numbers that are not finite leave it empty. */
  value: (row: Row) => string | number | boolean | readonly string[] | null | undefined;
}

/**
 * Writes a header line, then one line per row.
 * @throws Error if two columns share a name, since readers address columns by name
 */
export function writeCsv<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const names = columns.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new Error(`Two columns are called ${repeated}: give one of them another name.`);
  const lines = [names, ...rows.map((row) => columns.map(({ value }) => value(row)))];
  return lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('');
}

function cell(value: ReturnType<CsvColumn<never>['value']>): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  if (typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : value.join(', ');
  // A spreadsheet would compute what begins like this.
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
