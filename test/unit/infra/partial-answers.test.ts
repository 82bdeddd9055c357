import { describe, expect, it } from 'vitest';
import { readFailures } from '#infra/local-cloud/lambda/event-source.ts';

describe('a partial batch response', () => {
  const batch = [{ MessageId: 'a' }, { MessageId: 'b' }];

  it.each([
    [undefined],
    [null],
    [''],
    [{}],
    [{ batchItemFailures: null }],
    [{ batchItemFailures: [] }],
  ])('means success of all messages when it is %j', (answer) => {
    expect(readFailures(answer, batch)).toEqual(new Set());
  });

  it.each([
    ['yes'],
    [{ batchItemFailures: [{ itemIdentifier: '' }] }],
    [{ batchItemFailures: [{ itemIdentifier: null }] }],
    [{ batchItemFailures: [{ id: 'a' }] }],
    [{ batchItemFailures: [{ itemIdentifier: 'another message' }] }],
  ])('fails the whole batch when it is %j', (answer) => {
    expect(readFailures(answer, batch)).toEqual(new Set(['a', 'b']));
  });
});
