// The query protocol's codes and statuses, which clients see in `x-amzn-query-error`: Amazon SQS API
// Reference, "Errors" of each operation, and the service model of the SDKs (`awsQueryError`).
const namespace = 'AWS.SimpleQueueService.';
const catalogue = {
  BatchEntryIdsNotDistinct: [`${namespace}BatchEntryIdsNotDistinct`, 400],
  BatchRequestTooLong: [`${namespace}BatchRequestTooLong`, 400],
  EmptyBatchRequest: [`${namespace}EmptyBatchRequest`, 400],
  InternalFailure: ['InternalFailure', 500],
  InvalidAddress: ['InvalidAddress', 404],
  InvalidAttributeName: ['InvalidAttributeName', 400],
  InvalidAttributeValue: ['InvalidAttributeValue', 400],
  InvalidBatchEntryId: [`${namespace}InvalidBatchEntryId`, 400],
  InvalidMessageContents: ['InvalidMessageContents', 400],
  InvalidParameterValue: ['InvalidParameterValue', 400],
  MessageNotInflight: [`${namespace}MessageNotInflight`, 400],
  MissingParameter: ['MissingParameter', 400],
  QueueDoesNotExist: [`${namespace}NonExistentQueue`, 400],
  QueueNameExists: ['QueueAlreadyExists', 400],
  ReceiptHandleIsInvalid: ['ReceiptHandleIsInvalid', 404],
  RequestEntityTooLarge: ['RequestEntityTooLarge', 413],
  ResourceNotFoundException: ['ResourceNotFoundException', 404],
  SerializationException: ['SerializationException', 400],
  TooManyEntriesInBatchRequest: [`${namespace}TooManyEntriesInBatchRequest`, 400],
  UnknownOperationException: ['UnknownOperationException', 400],
  UnsupportedOperation: [`${namespace}UnsupportedOperation`, 400],
} as const satisfies Record<string, readonly [queryCode: string, status: number]>;

export type SqsErrorCode = keyof typeof catalogue;

/** An error that is returned to the client, in the words of SQS. */
export class SqsError extends Error {
  override readonly name = 'SqsError';
  readonly code: SqsErrorCode;

  constructor(code: SqsErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  get status(): number {
    return catalogue[this.code][1];
  }

  /** The error's code in the query protocol, by which older clients know it. */
  get queryCode(): string {
    return catalogue[this.code][0];
  }

  get isSenderFault(): boolean {
    return this.status < 500;
  }
}
