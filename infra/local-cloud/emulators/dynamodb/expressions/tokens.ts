export type Token = {
  kind: 'name' | 'value' | 'index' | 'symbol' | 'end';
  text: string;
  from: number;
};

const pattern =
  /\s*(?:(#[A-Za-z0-9_]+|[A-Za-z_][A-Za-z0-9_]*)|(:[A-Za-z0-9_]+)|(\d+)|(<>|<=|>=|[=<>(),.[\]+-]))/y;

/** Throws the place of the first character that begins no token. */
export class UnknownCharacterError extends Error {
  readonly from: number;

  constructor(from: number) {
    super(`No token begins at ${from}.`);
    this.name = 'UnknownCharacterError';
    this.from = from;
  }
}

/** The words and symbols of an expression; the last is the end. */
export const readTokens = (expression: string): Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    pattern.lastIndex = at;
    const match = pattern.exec(expression);
    if (!match) break;
    const [, name, value, index, symbol] = match;
    const text = name ?? value ?? index ?? symbol ?? '';
    const kind = name ? 'name' : value ? 'value' : index ? 'index' : 'symbol';
    at = pattern.lastIndex;
    tokens.push({ kind, text, from: at - text.length });
  }
  const rest = expression.slice(at).search(/\S/);
  if (rest !== -1) throw new UnknownCharacterError(at + rest);
  tokens.push({ kind: 'end', text: '<EOF>', from: expression.length });
  return tokens;
};
