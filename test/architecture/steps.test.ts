import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { queueLogicalId } from '#infra/deploy/queue-resources.ts';
import { stepNames, steps } from '#lib/images/steps.ts';

const declarations = readFileSync('functions/pipeline/functions.yml', 'utf8');
const tests = globSync('test/{unit,support}/**/*.ts').map((file) => readFileSync(file, 'utf8'));

/** Everything that belongs to a worker; functions/README.md says how to write it. */
describe.each(stepNames.map((name) => [steps[name].worker, name] as const))(
  '%s',
  (worker, step) => {
    it('has a use case of the same name', () => {
      expect(existsSync(`lib/images/${worker}.ts`), `lib/images/${worker}.ts`).toBe(true);
    });

    it('has a function of its name, which gives up its step', () => {
      const file = `functions/pipeline/${worker}.ts`;
      expect(existsSync(file), file).toBe(true);
      const source = readFileSync(file, 'utf8');
      expect(source, `the queue in ${file}`).toContain(`config.queues['${worker}']`);
      expect(source, `giveUp in ${file}`).toContain(`giveUpStep(message, '${step}'`);
    });

    it('is declared in functions/pipeline/functions.yml, with its queue and permission to consume it', () => {
      const [, declaration = ''] = declarations.split(new RegExp(`^${worker}:$`, 'm'));
      const own = declaration.split(/^\w/m)[0] ?? '';
      const queue = `!GetAtt ${queueLogicalId(worker)}.Arn`;
      expect(own, 'its handler').toContain(`handler: functions/pipeline/${worker}.handler`);
      expect(own, 'its event').toContain(`arn: ${queue}`);
      expect(own, 'its failures').toContain('functionResponseType: ReportBatchItemFailures');
      expect(own, 'its permission').toMatch(
        new RegExp(`sqs:ReceiveMessage\\].*Resource: ${queue}`),
      );
    });

    it('is tested', () => {
      const path = `#lib/images/${worker}.ts`;
      expect(
        tests.some((source) => source.includes(path)),
        `a test that imports ${path}`,
      ).toBe(true);
    });
  },
);
