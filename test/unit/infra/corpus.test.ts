import { describe, expect, test } from 'vitest';
import { findBreaches, isTooCostly, withCheaperEndings } from '#test/corpus/judge.ts';
import { formatTable } from '#test/corpus/table.ts';
import type { Ending, Outcome } from '#test/corpus/tasks.ts';

const anEnding = (ending: Partial<Ending> = {}): Ending => ({
  way: 'upload',
  status: 'done',
  format: 'jpeg',
  reasons: [],
  faults: [],
  cpuMs: 100,
  peakBeforeBytes: 100_000_000,
  peakBytes: 120_000_000,
  ...ending,
});

const anOutcome = (...endings: Ending[]): Outcome => ({ name: 'beach.jpg', end: 'done', endings });

describe('the outcome of a corpus file', () => {
  test('is good when both ways of ingest end alike and within the bounds', () => {
    expect(findBreaches(anOutcome(anEnding(), anEnding({ way: 'drop' })))).toEqual([]);
  });

  test.each<[Outcome, RegExp]>([
    [{ name: 'x', end: 'crash', how: 'ended by SIGSEGV' }, /^crashed: ended by SIGSEGV$/],
    [{ name: 'x', end: 'hang', seconds: 30 }, /^hung: no answer within 30 s$/],
    [anOutcome(anEnding({ cpuMs: 2001 })), /^took 2001 ms of CPU by upload; at most 2000/],
    [anOutcome(anEnding({ peakBytes: 350_000_001 })), /^took 351 MB by upload; at most 350 MB/],
    [anOutcome(anEnding({ format: 'avif', cpuMs: 4001 })), /^took 4001 ms of CPU/],
    [anOutcome(anEnding({ format: 'avif', peakBytes: 500_000_001 })), /^took 501 MB/],
    [anOutcome(anEnding({ faults: ['threw a plate'] })), /^by upload: threw a plate$/],
    [
      anOutcome(anEnding(), anEnding({ way: 'drop', status: 'rejected', reasons: ['No.'] })),
      /^ends in different ways: done {2}\/ rejected No\.$/,
    ],
  ])('breaks a bound: %j', (outcome, breach) => {
    expect(findBreaches(outcome)).toEqual([expect.stringMatching(breach)]);
  });

  test('has larger bounds for an AVIF', () => {
    const avif = anEnding({ format: 'avif', cpuMs: 4000, peakBytes: 500_000_000 });

    expect(findBreaches(anOutcome(avif))).toEqual([]);
  });

  test('does not count memory that its process had allocated for an earlier file', () => {
    const late = anEnding({ peakBeforeBytes: 400_000_000, peakBytes: 400_000_000 });

    expect(findBreaches(anOutcome(late))).toEqual([]);
  });

  test('must be the one that the generator expects', () => {
    const refused = anOutcome(anEnding({ status: 'rejected', reasons: ['The file is empty.'] }));

    expect(findBreaches(refused, 'rejected')).toEqual([]);
    expect(findBreaches(refused, 'done')).toEqual([
      'is rejected by upload, but should be done. The file is empty.',
    ]);
  });

  test('of a batch has no bounds but its expected status and errors', () => {
    const batch = anEnding({ way: 'batch', cpuMs: 9000, peakBytes: 900_000_000 });

    expect(findBreaches(anOutcome(anEnding({ status: 'rejected' }), batch), 'rejected')).toEqual(
      [],
    );
    expect(findBreaches(anOutcome({ ...batch, faults: ['threw a plate'] }))).toHaveLength(1);
  });

  test('beyond a bound is measured again, and the smaller costs count', () => {
    const dear = anOutcome(anEnding({ cpuMs: 3000, peakBytes: 390_000_000 }));
    const alone = anOutcome(anEnding({ cpuMs: 1900, peakBytes: 340_000_000 }));

    expect(isTooCostly(dear)).toBe(true);
    expect(isTooCostly(withCheaperEndings(dear, [alone]))).toBe(false);
    expect(isTooCostly(withCheaperEndings(dear, [dear]))).toBe(true);
    expect(withCheaperEndings(dear, [{ name: 'beach.jpg', end: 'hang', seconds: 30 }]).end).toBe(
      'hang',
    );
  });
});

test('the table of a corpus run counts outcomes, groups reasons, and names the most expensive files', () => {
  const rejected = (name: string, reason: string): Outcome => ({
    name,
    end: 'done',
    endings: [anEnding({ status: 'rejected', reasons: [reason] })],
  });

  const lines = formatTable([
    anOutcome(anEnding({ cpuMs: 1234, peakBytes: 222_000_000 })),
    rejected('one', 'The GIF holds more than 5 000 frames.'),
    rejected('two', 'The GIF holds more than 6 000 frames.'),
    { name: 'three', end: 'crash', how: 'ended by SIGSEGV' },
    { name: 'four', end: 'hang', seconds: 30 },
  ]);

  expect(lines[0]).toBe(
    '5 files: 1 done, 0 accepted but failed, 2 rejected, 0 broken, 1 crashes, 1 hangs',
  );
  expect(lines).toContain('     2  The GIF holds more than # frames.');
  expect(lines).toContain('  1234 ms  jpeg  beach.jpg');
  expect(lines).toContain('   222 MB  jpeg  beach.jpg');
});
