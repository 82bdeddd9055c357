import { type Parser, parsePath, parseSimpleOperand, parseValue, startParser } from './parser.ts';
import type { Operand, Parsed, Projection, RawPath, Update } from './syntax.ts';

const sections = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;

/** Parses an UpdateExpression. */
export const parseUpdate = (parameter: string, expression: string): Parsed<Update> => {
  const parser = startParser(parameter, expression);
  const found: Record<(typeof sections)[number], unknown[]> = {
    SET: [],
    REMOVE: [],
    ADD: [],
    DELETE: [],
  };
  while (parser.peek().kind !== 'end') {
    const section = sections.find((name) => parser.takesKeyword(name));
    if (!section) throw parser.syntaxError();
    if (found[section].length > 0)
      throw parser.refuse(
        `The "${section}" section can only be used once in an update expression;`,
      );
    do found[section].push(actions[section](parser));
    while (parser.takesSymbol(','));
  }
  const tree = {
    set: found.SET,
    remove: found.REMOVE,
    add: found.ADD,
    delete: found.DELETE,
  } as Update;
  return { tree, names: parser.names, values: parser.values };
};

const setAction = (parser: Parser) => {
  const path = parsePath(parser);
  parser.expectSymbol('=');
  return { path, operand: parseSum(parser) };
};
const valueAction = (parser: Parser) => ({
  path: parsePath(parser),
  placeholder: parseValue(parser),
});
const actions = { SET: setAction, REMOVE: parsePath, ADD: valueAction, DELETE: valueAction };

const parseSum = (parser: Parser): Operand => {
  const left = parseOperand(parser);
  if (parser.takesSymbol('+')) return { kind: 'add', sign: 1, left, right: parseOperand(parser) };
  if (parser.takesSymbol('-')) return { kind: 'add', sign: -1, left, right: parseOperand(parser) };
  return left;
};

const parseOperand = (parser: Parser): Operand => {
  if (parser.takesSymbol('(')) {
    const operand = parseSum(parser);
    parser.expectSymbol(')');
    return operand;
  }
  if (parser.peek(1).text !== '(') return parseSimpleOperand(parser);
  const { text: name } = parser.next();
  parser.expectSymbol('(');
  const operand = parseArguments(parser, name);
  parser.expectSymbol(')');
  return operand;
};

const conditionFunctions = new Set([
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
  'size',
]);

const parseArguments = (parser: Parser, name: string): Operand => {
  if (name === 'if_not_exists') {
    const path = parsePath(parser);
    parser.expectSymbol(',');
    return { kind: 'if_not_exists', path, otherwise: parseOperand(parser) };
  }
  if (name === 'list_append') {
    const left = parseOperand(parser);
    parser.expectSymbol(',');
    return { kind: 'list_append', left, right: parseOperand(parser) };
  }
  throw conditionFunctions.has(name)
    ? parser.refuse(`The function is not allowed in an update expression; function: ${name}`)
    : parser.refuse(`Invalid function name; function: ${name}`);
};

/** Parses a ProjectionExpression. */
export const parseProjection = (parameter: string, expression: string): Parsed<Projection> => {
  const parser = startParser(parameter, expression);
  const tree: RawPath[] = [parsePath(parser)];
  while (parser.takesSymbol(',')) tree.push(parsePath(parser));
  parser.expectEnd();
  return { tree, names: parser.names, values: parser.values };
};
