// What makes a spreadsheet run a cell as a formula (OWASP, CSV injection), after any number of
// apostrophes, so that a text that already has one can be told from an escaped one.
// The full-width forms are read as the plain ones by spreadsheets in East Asian locales.
const isFormula = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const isEscaped = /^'+[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** The cell with a leading apostrophe where a spreadsheet would run it as a formula. */
export const escapeFormula = (cell: string): string => (isFormula.test(cell) ? `'${cell}` : cell);

/** The inverse: `unescapeFormula(escapeFormula(cell)) === cell` for every cell. */
export const unescapeFormula = (cell: string): string =>
  isEscaped.test(cell) ? cell.slice(1) : cell;
