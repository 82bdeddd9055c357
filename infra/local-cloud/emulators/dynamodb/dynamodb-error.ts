/** A refusal as DynamoDB words it: the SDK makes its exception class from `type`. */
export class DynamodbError extends Error {
  readonly type: string;
  readonly status: number;
  /** Further members of the answer, such as `CancellationReasons`. */
  readonly details: Record<string, unknown>;

  constructor(type: string, message: string, details: Record<string, unknown> = {}, status = 400) {
    super(message);
    this.name = 'DynamodbError';
    this.type = type;
    this.details = details;
    this.status = status;
  }
}

/** What the request says is wrong in itself, or does not fit the table or the item. */
export const validationError = (message: string): DynamodbError =>
  new DynamodbError('ValidationException', message);

export const invalidParameter = (message: string): DynamodbError =>
  validationError(`One or more parameter values were invalid: ${message}`);

export const resourceNotFound = (message: string): DynamodbError =>
  new DynamodbError('ResourceNotFoundException', message);

/** The JSON has a member of another kind than the API's model. */
export const serializationError = (message: string): DynamodbError =>
  new DynamodbError('SerializationException', message);

/** `item` is the current item, where the request wants it returned. */
export const conditionalCheckFailed = (item?: object): DynamodbError =>
  new DynamodbError(
    'ConditionalCheckFailedException',
    'The conditional request failed',
    item ? { Item: item } : {},
  );

const frameworkErrors = new Set([
  'MissingAuthenticationTokenException',
  'SerializationException',
  'UnknownOperationException',
]);

/** The `__type` of the answer, with the namespace that DynamoDB gives it. */
export const qualifiedType = (type: string): string => {
  if (type === 'ValidationException') return `com.amazon.coral.validate#${type}`;
  if (frameworkErrors.has(type)) return `com.amazon.coral.service#${type}`;
  return `com.amazonaws.dynamodb.v20120810#${type}`;
};
