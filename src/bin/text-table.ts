/** @file Rows of text as aligned columns. */

/** Aligns columns: the first to the left, the others to the right. Ends with a line break.
 * @param isLeft which columns go to the left instead */
export const textTable = (
  rows: readonly (readonly string[])[],
  isLeft: (column: number) => boolean = (column) => column === 0,
): string => {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (isLeft(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ");
  return rows.map((row) => `${line(row).trimEnd()}\n`).join("");
};
