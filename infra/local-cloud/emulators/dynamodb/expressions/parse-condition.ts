import { type Parser, parsePath, parseSimpleOperand, startParser } from './parser.ts';
import type { CompareOperator, Condition, FunctionName, Operand, Parsed } from './syntax.ts';

const operandCounts: Record<FunctionName, number> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
};
const operators = new Set<string>(['=', '<>', '<', '<=', '>', '>='] satisfies CompareOperator[]);

/** Parses a ConditionExpression, FilterExpression or KeyConditionExpression. */
export const parseCondition = (parameter: string, expression: string): Parsed<Condition> => {
  const parser = startParser(parameter, expression);
  const tree = parseOr(parser);
  parser.expectEnd();
  return { tree, names: parser.names, values: parser.values };
};

const parseOr = (parser: Parser): Condition => {
  let left = parseAnd(parser);
  while (parser.takesKeyword('OR')) left = { kind: 'or', left, right: parseAnd(parser) };
  return left;
};

const parseAnd = (parser: Parser): Condition => {
  let left = parseNot(parser);
  while (parser.takesKeyword('AND')) left = { kind: 'and', left, right: parseNot(parser) };
  return left;
};

const parseNot = (parser: Parser): Condition =>
  parser.takesKeyword('NOT') ? { kind: 'not', condition: parseNot(parser) } : parseTest(parser);

const parseTest = (parser: Parser): Condition => {
  if (parser.takesSymbol('(')) {
    const inner = parseOr(parser);
    parser.expectSymbol(')');
    return inner;
  }
  const isCall = parser.peek().kind === 'name' && parser.peek(1).text === '(';
  if (isCall && parser.peek().text !== 'size') return parseFunction(parser);

  const operand = parseOperand(parser);
  if (parser.takesKeyword('BETWEEN')) {
    const low = parseOperand(parser);
    if (!parser.takesKeyword('AND')) throw parser.syntaxError();
    return { kind: 'between', operand, low, high: parseOperand(parser) };
  }
  if (parser.takesKeyword('IN')) return { kind: 'in', operand, list: parseList(parser) };
  const { text } = parser.next();
  if (!operators.has(text)) throw parser.syntaxError();
  return {
    kind: 'compare',
    operator: text as CompareOperator,
    left: operand,
    right: parseOperand(parser),
  };
};

const parseFunction = (parser: Parser): Condition => {
  const { text: name } = parser.next();
  if (!Object.hasOwn(operandCounts, name))
    throw name === 'if_not_exists' || name === 'list_append'
      ? parser.refuse(`The function is not allowed in a condition expression; function: ${name}`)
      : parser.refuse(`Invalid function name; function: ${name}`);
  const operands = parseList(parser);
  const wanted = operandCounts[name as FunctionName];
  if (operands.length !== wanted)
    throw parser.refuse(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  const [first] = operands;
  if (wanted === 1 && first?.kind !== 'path')
    throw parser.refuse(
      `Operator or function requires a document path; operator or function: ${name}`,
    );
  return { kind: 'function', name: name as FunctionName, operands };
};

const parseList = (parser: Parser): Operand[] => {
  parser.expectSymbol('(');
  const list = [parseOperand(parser)];
  while (parser.takesSymbol(',')) list.push(parseOperand(parser));
  parser.expectSymbol(')');
  return list;
};

const parseOperand = (parser: Parser): Operand => {
  if (parser.takesSymbol('(')) {
    const operand = parseOperand(parser);
    parser.expectSymbol(')');
    return operand;
  }
  if (parser.peek().text !== 'size' || parser.peek(1).text !== '(')
    return parseSimpleOperand(parser);
  parser.next();
  parser.expectSymbol('(');
  const path = parsePath(parser);
  parser.expectSymbol(')');
  return { kind: 'size', path };
};
