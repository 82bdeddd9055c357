import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deadLetters } from '#infra/cli/dead-letters.ts';
import { maxReceiveCount } from '#lib/queue/consumer.ts';
import { functions, queues, serverless } from './template.ts';

const isDead = (name: string) => name.endsWith('Dlq');

describe('serverless.yml', () => {
  it('includes every folder of functions/, and no other', () => {
    const folders = readdirSync('functions', { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `\${file(functions/${name}/functions.yml)}`);
    expect(serverless.functions.toSorted()).toEqual(folders.toSorted());
  });

  it.each(functions)('%s has a file of its name', (name, { handler }) => {
    expect(handler).toMatch(new RegExp(`^functions/[a-z-]+/${name}\\.handler$`));
    expect(existsSync(handler.replace(/\.handler$/, '.ts'))).toBe(true);
  });

  it('knows every file of functions/', () => {
    const files = readdirSync('functions', { recursive: true, encoding: 'utf8' })
      .filter((file) => /^[^/]+\/[^/]+\.ts$/.test(file))
      .map((file) => file.replace(/^.*[\\/]|\.ts$/g, ''));
    expect(functions.map(([name]) => name).toSorted()).toEqual(files.toSorted());
  });

  it('gives functions without a timeout the one these tests assume', () => {
    expect(serverless.provider.timeout).toBe(29);
  });
});

describe('every queue', () => {
  it.each(queues.filter(([name]) => !isDead(name)))('%s has a dead-letter queue', (name, queue) => {
    const { RedrivePolicy } = queue.Properties;
    const dead = name.replace(/Queue$/, 'Dlq');
    expect(RedrivePolicy?.deadLetterTargetArn['Fn::GetAtt'][0]).toBe(dead);
    expect(queues.map(([other]) => other)).toContain(dead);
    // The consumer gives up on what SQS delivers for the last time: they must mean the same time.
    expect(RedrivePolicy?.maxReceiveCount).toBe(maxReceiveCount);
  });

  it('is known to npm run redrive', () => {
    const names = queues.map(([, { Properties }]) => Properties.QueueName);
    expect(names.filter((name) => !name.endsWith('-dlq')).toSorted()).toEqual(
      deadLetters.map(({ queue }) => `darkroom-dev-${queue}`).toSorted(),
    );
  });

  it.each(queues.filter(([name]) => isDead(name)))('%s has no consumer', (name) => {
    const sources = functions.flatMap(([, { events }]) =>
      events.map(({ sqs }) => sqs?.arn['Fn::GetAtt']),
    );
    expect(sources).not.toContain(`${name}.Arn`);
  });

  it.each(queues.filter(([name]) => !isDead(name)))(
    '%s has a visibility timeout of six times the timeout of its worker',
    (name, { Properties }) => {
      const consumers = functions.filter(([, { events }]) =>
        events.some(({ sqs }) => sqs?.arn['Fn::GetAtt'] === `${name}.Arn`),
      );
      expect(consumers).toHaveLength(1);
      for (const [, { timeout }] of consumers)
        expect(Properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * timeout);
    },
  );
});
