import { describe, expect, it } from 'vitest';
import { alarmsFor } from '#infra/deploy/alarms.ts';
import { apiKeyName } from '#infra/deploy/api-key-name.ts';
import { pascalCase } from '#infra/deploy/queue-resources.ts';
import { functions } from '#test/architecture/template.ts';
import { apiKey, type Resource, readEnvironment, type Template } from './packaged.ts';

const textIn = (resource: Resource | undefined) => JSON.stringify(resource ?? null);

/** What must be true of the template that is deployed. */
export const templateSuite = (template: Template) => {
  const all = (type: string): [string, Resource][] =>
    Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
  describe('the template', () => {
    it('has fewer resources than CloudFormation takes, with room for more', () => {
      expect(Object.keys(template.Resources).length).toBeLessThan(490); // of 500; a function with a route takes eight
    });

    it('leaves room in the environment that every function gets, of which Lambda takes 4 KB', () => {
      const size = Object.entries(readEnvironment(template)).join('').length;
      expect(size).toBeLessThan(3500); // the rest is for what a person sets
    });

    it('gives each function a role of its own, and a log that ends', () => {
      const lambdas = all('AWS::Lambda::Function');
      const own = lambdas.map(([, { Properties }]) => JSON.stringify(Properties['Role']));
      expect(new Set(own).size).toBe(functions.length);
      expect(all('AWS::IAM::Role')).toHaveLength(functions.length);
      expect(all('AWS::Logs::LogGroup')).toHaveLength(functions.length);
      for (const [name, { Properties }] of all('AWS::Logs::LogGroup'))
        expect(Properties['RetentionInDays'], name).toBe(30);
      for (const [name, { Properties }] of lambdas) {
        expect(Properties['Architectures'], name).toEqual(['arm64']);
        expect(Properties['Runtime'], name).toBe('nodejs24.x');
      }
    });

    it('allows nothing on everything', () => {
      for (const [name, role] of all('AWS::IAM::Role')) {
        expect(textIn(role), name).not.toMatch(/"(Resource|Action)":\[?"\*"/);
        expect(textIn(role), name).not.toMatch(/"[a-z0-9]+:\*"/);
      }
    });

    it('retains data when the stack is deleted, encrypted and restorable', () => {
      const ours = all('AWS::S3::Bucket').filter(([name]) => !name.startsWith('Serverless'));
      for (const [name, bucket] of ours) {
        expect(bucket.DeletionPolicy, name).toBe('Retain');
        const text = textIn(bucket);
        expect(text, name).toContain('"SSEAlgorithm":"AES256"');
        expect(text.match(/"(Block|Ignore|Restrict)Public\w+":true/g), name).toHaveLength(4);
        expect(text, name).toContain('"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":1}');
        const policy = textIn(template.Resources[`${name}Policy`]);
        expect(policy, name).toContain('"Bool":{"aws:SecureTransport":"false"}');
      }
      expect(ours).toHaveLength(2);
      for (const [name, table] of all('AWS::DynamoDB::Table')) {
        expect(table.DeletionPolicy, name).toBe('Retain');
        expect(table.Properties, name).toMatchObject({
          SSESpecification: { SSEEnabled: true },
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        });
      }
      for (const [name, queue] of all('AWS::SQS::Queue'))
        expect(queue.Properties['SqsManagedSseEnabled'], name).toBe(true);
    });

    it('watches every queue, every worker and the API', () => {
      const alarms = new Map(all('AWS::CloudWatch::Alarm'));
      for (const [name] of all('AWS::SQS::Queue')) {
        const isDead = name.endsWith('Dlq');
        const alarm = alarms.get(`${name}${isDead ? 'Depth' : 'Age'}Alarm`);
        expect(textIn(alarm), name).toContain(`"Fn::GetAtt":["${name}","QueueName"]`);
        expect(alarm?.Properties['Threshold'], name).toBe(isDead ? 0 : 1800);
      }
      const workers = functions.filter(([, { events }]) => events.every(({ http }) => !http));
      for (const [name, { timeout }] of workers) {
        const alarm = textIn(alarms.get(`${pascalCase(name)}FunctionAlarm`));
        expect(alarm, name).toContain(`"Value":"darkroom-prod-${name}"`);
        expect(alarm, name).toContain(`FILL(duration, 0) > ${timeout * 800},`);
      }
      expect([...alarms.keys()]).toEqual(
        expect.arrayContaining(['ApiFaultsAlarm', 'ApiLatencyAlarm', 'ThrottlesAlarm']),
      );
      for (const [name, { Properties }] of alarms)
        expect(Properties['AlarmActions'], name).toEqual([{ Ref: 'AlarmTopic' }]);
    });

    it('mails alarms to the address that is set', () => {
      const watched = { stackName: 'a', apiName: 'b', functions: [], queues: [] };
      expect(alarmsFor(watched, '')).not.toHaveProperty('AlarmEmail');
      expect(alarmsFor(watched, 'ops@example.org')).toMatchObject({
        AlarmEmail: { Properties: { Protocol: 'email', Endpoint: 'ops@example.org' } },
      });
    });

    it('has saved queries that read the logs of its own functions, of all workers among them', () => {
      const queries = all('AWS::Logs::QueryDefinition').map(([, { Properties }]) => Properties);
      expect(queries.map(({ Name }) => Name)).toEqual([
        'darkroom-prod/One image',
        'darkroom-prod/What failed',
        'darkroom-prod/Failures by step and code',
      ]);
      const logGroups = all('AWS::Logs::LogGroup').map(
        ([, group]) => group.Properties['LogGroupName'],
      );
      const workers = functions.filter(([, { events }]) => events.every(({ http }) => !http));
      for (const { Name, LogGroupNames } of queries) {
        expect(logGroups, String(Name)).toEqual(expect.arrayContaining([LogGroupNames].flat()));
        expect(LogGroupNames, String(Name)).toEqual(
          expect.arrayContaining(workers.map(([name]) => `/aws/lambda/darkroom-prod-${name}`)),
        );
      }
    });

    it('has one API key, in one place, whose name changes with its value', () => {
      const [[logicalId, key] = [], ...others] = all('AWS::ApiGateway::ApiKey');
      expect(others).toEqual([]);
      expect(logicalId).toBe('ApiGatewayApiKey1'); // another would leave the old key where it is
      expect(key?.Properties).toMatchObject({
        Value: apiKey,
        Name: apiKeyName('darkroom-prod', apiKey),
      });
      const [plan] = all('AWS::ApiGateway::UsagePlanKey').map(([, { Properties }]) => Properties);
      expect(plan).toMatchObject({ KeyId: { Ref: logicalId } });
    });

    it('has outputs for the API and the stores', () => {
      expect(Object.keys(template.Outputs)).toEqual(
        expect.arrayContaining([
          'ApiUrl',
          'OriginalsBucketName',
          'DerivedBucketName',
          'DashboardUrl',
        ]),
      );
    });
  });
};
