import type { Call } from './calls.ts';
import type { Fault, Service } from './fault-config.ts';

export type FaultAnswer = { status: number; contentType: string; body: string };

const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems'];

/** The faults that a call can meet: only a write of DynamoDB can conflict. */
export const possible = (faults: readonly Fault[], { service, operation }: Call): Fault[] =>
  faults.filter(
    (fault) => fault !== 'conflict' || (service === 'dynamodb' && writes.includes(operation)),
  );

/** What the service itself would answer; only for faults that are an answer. */
export const faultAnswer = (
  fault: 'error' | 'unavailable' | 'throttle' | 'conflict',
  call: Call,
): FaultAnswer => {
  if (fault === 'conflict') return conflictAnswer(call);
  const { status, code } = faultCodes[call.service][fault];
  const message = 'An injected fault.';
  if (call.service !== 's3') return json(status, code, { message });
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  // A HEAD has no body, and its status alone has to say it.
  return {
    status,
    contentType: 'application/xml',
    body: call.operation === 'HeadObject' ? '' : body,
  };
};

type FaultCodes = Record<'error' | 'unavailable' | 'throttle', { status: number; code: string }>;

const dynamodb = 'com.amazonaws.dynamodb.v20120810#';
const faultCodes: Record<Service, FaultCodes> = {
  s3: {
    error: { status: 500, code: 'InternalError' },
    unavailable: { status: 503, code: 'ServiceUnavailable' },
    throttle: { status: 503, code: 'SlowDown' },
  },
  dynamodb: {
    error: { status: 500, code: `${dynamodb}InternalServerError` },
    unavailable: { status: 503, code: `${dynamodb}ServiceUnavailable` },
    throttle: { status: 400, code: `${dynamodb}ProvisionedThroughputExceededException` },
  },
  sqs: {
    error: { status: 500, code: 'com.amazonaws.sqs#InternalFailure' },
    unavailable: { status: 503, code: 'com.amazonaws.sqs#ServiceUnavailable' },
    throttle: { status: 400, code: 'com.amazonaws.sqs#RequestThrottled' },
  },
};

/** "Transaction is ongoing for the item": another transaction is in progress on the same item. */
const conflictAnswer = ({ operation, logFields }: Call): FaultAnswer => {
  const message = 'Transaction is ongoing for the item';
  if (operation !== 'TransactWriteItems')
    return json(400, `${dynamodb}TransactionConflictException`, { message });
  const items = logFields.match(/"(?:Put|Update|Delete|ConditionCheck)":\{/g)?.length ?? 1;
  const reasons = Array.from({ length: items }, (_, n) =>
    n === items - 1 ? { Code: 'TransactionConflict', Message: message } : { Code: 'None' },
  );
  return json(400, `${dynamodb}TransactionCanceledException`, {
    Message: 'Transaction cancelled, please refer cancellation reasons for specific reasons',
    CancellationReasons: reasons,
  });
};

const json = (status: number, type: string, content: object): FaultAnswer => ({
  status,
  contentType: 'application/x-amz-json-1.0',
  body: JSON.stringify({ __type: type, ...content }),
});
