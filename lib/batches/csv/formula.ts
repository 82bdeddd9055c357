// What makes a spreadsheet run a cell instead of showing it (OWASP, CSV injection), after any
// number of apostrophes, so that a text which has one already can be told from a defused one.
// The full-width forms are read as the plain ones by spreadsheets in East Asian locales.
const wouldRun = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const isDefused = /^'+[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** The cell with a leading apostrophe where a spreadsheet would run it. */
export const escapeFormula = (cell: string): string => (wouldRun.test(cell) ? `'${cell}` : cell);

/** What was given to defuse: `undoDefuse(defuse(cell)) === cell` for every cell. */
export const unescapeFormula = (cell: string): string =>
  isDefused.test(cell) ? cell.slice(1) : cell;
