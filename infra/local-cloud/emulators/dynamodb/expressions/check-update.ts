import { getType, setMembers, type TypeName } from '../attributes/attribute-value.ts';
import { validationError } from '../dynamodb-error.ts';
import { checkPathsApart } from './document-path.ts';
import type { Placeholders } from './placeholders.ts';
import type { Operand, Path, Update } from './syntax.ts';

const parameter = 'UpdateExpression';

/** Throws what DynamoDB says of an update whatever the item. Returns the paths that it changes. */
export const checkUpdate = (
  update: Update,
  placeholders: Placeholders,
  keyNames: readonly string[],
): Path[] => {
  const paths = [
    ...update.set.map(({ path }) => path),
    ...update.remove,
    ...update.add.map(({ path }) => path),
    ...update.delete.map(({ path }) => path),
  ].map(placeholders.path);
  checkPathsApart(parameter, paths);
  for (const [name] of paths)
    if (keyNames.includes(String(name)))
      throw validationError(
        `One or more parameter values were invalid: Cannot update attribute ${name}. This attribute is part of the key`,
      );

  for (const { operand } of update.set) checkOperand(operand, placeholders);
  for (const { placeholder } of update.add) {
    const value = placeholders.value(placeholder);
    if (!('N' in value) && !setMembers(value)) throw wrongAction('ADD', getType(value));
  }
  for (const { placeholder } of update.delete) {
    const value = placeholders.value(placeholder);
    if (!setMembers(value)) throw wrongAction('DELETE', getType(value));
  }
  return paths;
};

const checkOperand = (operand: Operand, placeholders: Placeholders): void => {
  if (operand.kind === 'if_not_exists') checkOperand(operand.otherwise, placeholders);
  if (operand.kind !== 'add' && operand.kind !== 'list_append') return;
  const [name, type] =
    operand.kind === 'list_append' ? ['list_append', 'L'] : [operand.sign === 1 ? '+' : '-', 'N'];
  for (const side of [operand.left, operand.right]) {
    const given = side.kind === 'value' ? getType(placeholders.value(side.placeholder)) : type;
    if (given !== type) throw wrongOperand(name, given);
    checkOperand(side, placeholders);
  }
};

const wrongOperand = (name: string | undefined, type: string | undefined) =>
  validationError(
    `Invalid ${parameter}: Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`,
  );

const longNames: Record<TypeName, string> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  BOOL: 'BOOLEAN',
  NULL: 'NULL',
  SS: 'STRING_SET',
  NS: 'NUMBER_SET',
  BS: 'BINARY_SET',
  L: 'LIST',
  M: 'MAP',
};

const wrongAction = (action: 'ADD' | 'DELETE', type: TypeName) =>
  validationError(
    `Invalid ${parameter}: Incorrect operand type for operator or function; operator: ${action}, operand type: ${longNames[type]}, typeSet: ALLOWED_FOR_${action}_OPERAND`,
  );
