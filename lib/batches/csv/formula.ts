// What makes a spreadsheet run a cell as a formula (OWASP, CSV injection), after any number of
// apostrophes, so that a text that already has one can be told from an escaped one.
// The full-width forms are read as the plain ones by spreadsheets in East Asian locales.
const atStart = /^('*)(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])/;
// A spreadsheet may divide our file at semicolons or tabs, by its locale: then quotes protect nothing,
// since none is where a cell begins, and what is behind such a character or a line break is a cell too.
const behindSeparator = /([;\t\r\n][" ]*)('*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

/** The cell with an apostrophe wherever a spreadsheet would run what follows as a formula. */
export const escapeFormula = (cell: string): string =>
  cell.replace(behindSeparator, "$1'$2").replace(atStart, "'$1");

/** The inverse: `unescapeFormula(escapeFormula(cell)) === cell` for every cell. */
export const unescapeFormula = (cell: string): string =>
  cell
    .replace(
      behindSeparator,
      (_, before: string, apostrophes: string) => before + apostrophes.slice(1),
    )
    .replace(atStart, (apostrophes) => apostrophes.slice(1));
