import { validationError } from '../dynamodb-error.ts';
import { isReservedWord } from './reserved-words.ts';
import type { Operand, RawPath } from './syntax.ts';
import { readTokens, type Token, UnknownCharacterError } from './tokens.ts';

/** Reads the tokens of one expression from left to right, and notes its placeholders. */
export type Parser = {
  /** Name of the request's parameter, such as ConditionExpression, as errors have it. */
  readonly parameter: string;
  readonly names: Set<string>;
  readonly values: Set<string>;
  peek(ahead?: number): Token;
  next(): Token;
  /** Takes the next token if it is this symbol. */
  takesSymbol(symbol: string): boolean;
  /** Takes the next token if it is this keyword, in any case. */
  takesKeyword(keyword: string): boolean;
  isKeyword(keyword: string, ahead?: number): boolean;
  expectSymbol(symbol: string): void;
  expectEnd(): void;
  syntaxError(token?: Token): Error;
  refuse(message: string): Error;
};

const maxExpressionBytes = 4096;
const maxTokens = 2_000; // deeper nesting than these could be would exhaust the stack

export const startParser = (parameter: string, expression: string): Parser => {
  const refuse = (message: string) => validationError(`Invalid ${parameter}: ${message}`);
  if (expression.trim() === '') throw refuse('The expression can not be empty;');
  const bytes = Buffer.byteLength(expression);
  if (bytes > maxExpressionBytes)
    throw refuse(
      `Expression size has exceeded the maximum allowed size; expression size: ${bytes}`,
    );
  const near = (from: number) => expression.slice(Math.max(0, from - 8), from + 12).trim();
  const syntaxErrorAt = (text: string, from: number) =>
    refuse(`Syntax error; token: "${text}", near: "${near(from)}"`);
  const tokens = tokenize(expression, syntaxErrorAt);
  if (tokens.length > maxTokens) throw refuse('The expression contains too many operators');
  const end = tokens[tokens.length - 1] as Token;
  let at = 0;

  const peek = (ahead = 0) => tokens[at + ahead] ?? end;
  const next = () => {
    const token = peek();
    at += 1;
    return token;
  };
  const syntaxError = (token = peek()) => syntaxErrorAt(token.text, token.from);
  const isKeyword = (keyword: string, ahead = 0) => {
    const { kind, text } = peek(ahead);
    return kind === 'name' && text.toUpperCase() === keyword;
  };
  const takes = (isNext: boolean) => {
    if (isNext) at += 1;
    return isNext;
  };
  const takesSymbol = (symbol: string) => takes(peek().kind === 'symbol' && peek().text === symbol);
  return {
    parameter,
    names: new Set(),
    values: new Set(),
    peek,
    next,
    takesSymbol,
    isKeyword,
    takesKeyword: (keyword) => takes(isKeyword(keyword)),
    expectSymbol: (symbol) => {
      if (!takesSymbol(symbol)) throw syntaxError();
    },
    expectEnd: () => {
      if (peek().kind !== 'end') throw syntaxError();
    },
    syntaxError,
    refuse,
  };
};

const tokenize = (expression: string, syntaxErrorAt: (text: string, from: number) => Error) => {
  try {
    return readTokens(expression);
  } catch (error) {
    if (!(error instanceof UnknownCharacterError)) throw error;
    throw syntaxErrorAt(expression.charAt(error.from), error.from);
  }
};

export const parsePath = (parser: Parser): RawPath => {
  const path: (string | number)[] = [pathName(parser)];
  for (;;) {
    if (parser.takesSymbol('.')) path.push(pathName(parser));
    else if (parser.takesSymbol('[')) {
      const token = parser.next();
      if (token.kind !== 'index') throw parser.syntaxError(token);
      path.push(Number(token.text));
      parser.expectSymbol(']');
    } else return path;
  }
};

const pathName = (parser: Parser): string => {
  const token = parser.next();
  if (token.kind !== 'name') throw parser.syntaxError(token);
  if (token.text.startsWith('#')) parser.names.add(token.text);
  else if (isReservedWord(token.text))
    throw parser.refuse(`Attribute name is a reserved keyword; reserved keyword: ${token.text}`);
  return token.text;
};

export const parseValue = (parser: Parser): string => {
  const token = parser.next();
  if (token.kind !== 'value') throw parser.syntaxError(token);
  parser.values.add(token.text);
  return token.text;
};

/** A `:value` or a path. */
export const parseSimpleOperand = (parser: Parser): Operand =>
  parser.peek().kind === 'value'
    ? { kind: 'value', placeholder: parseValue(parser) }
    : { kind: 'path', path: parsePath(parser) };
