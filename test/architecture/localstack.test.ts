import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { refuseUnknown, storesIn } from '#infra/localstack/stack.ts';
import { withFault } from '#test/suites/broken-template.ts';
import { formatConfig } from '#test/suites/schema-records.ts';

const read = (path: string) => readFileSync(path, 'utf8');

describe('the stores of a packaged template', () => {
  const packaged = {
    Resources: {
      Originals: { Type: 'AWS::S3::Bucket', DependsOn: ['ObjectCreated', 'Worker'] },
      ObjectCreated: { Type: 'AWS::SQS::Queue', DependsOn: 'Worker' },
      Images: { Type: 'AWS::DynamoDB::Table' },
      ServerlessDeploymentBucket: { Type: 'AWS::S3::Bucket' },
      Worker: { Type: 'AWS::Lambda::Function' },
      WorkerRole: { Type: 'AWS::IAM::Role' },
    },
    Outputs: { Worker: {} },
  };

  it('are its buckets, queues and tables, without dependencies on omitted resources', () => {
    expect(storesIn(packaged)).toEqual({
      AWSTemplateFormatVersion: '2010-09-09',
      Resources: {
        Originals: { Type: 'AWS::S3::Bucket', DependsOn: ['ObjectCreated'] },
        ObjectCreated: { Type: 'AWS::SQS::Queue' },
        Images: { Type: 'AWS::DynamoDB::Table' },
      },
    });
  });
});

describe('a stack with a resource that CloudFormation only pretended to make', () => {
  const made = (ResourceType: string, PhysicalResourceId: string) => ({
    LogicalResourceId: 'Custom',
    ResourceType,
    PhysicalResourceId,
    LastUpdatedTimestamp: new Date(0),
    ResourceStatus: 'CREATE_COMPLETE' as const,
  });

  it('is refused by name, unless its type is optional', () => {
    const resources = [made('AWS::SQS::Queue', 'object-created'), made('AWS::X::Y', 'unknown')];
    expect(() => refuseUnknown(resources)).toThrow('Custom (AWS::X::Y)');
    expect(() => refuseUnknown(resources, ['AWS::X::Y'])).not.toThrow();
    expect(() => refuseUnknown(resources, ['AWS::SQS::Queue'])).toThrow('Custom (AWS::X::Y)');
  });
});

describe('a template broken on purpose', () => {
  const toRole = (...Statement: object[]) => ({
    Type: 'AWS::IAM::Role',
    Properties: { Policies: [{ PolicyName: 'p', PolicyDocument: { Statement } }] },
  });
  const log = { Effect: 'Allow', Action: ['logs:PutLogEvents'], Resource: 'log' };
  const send = { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: 'queue' };
  const both = { Effect: 'Allow', Action: ['sqs:SendMessage', 's3:GetObject'], Resource: '*' };
  const worker = {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'darkroom-dev-read-exif',
      Handler: 'functions/a/read-exif.handler',
    },
  };
  const resources = {
    Role: toRole(log, send, both),
    Worker: worker,
    Policy: { Type: 'AWS::SQS::QueuePolicy' },
    Bucket: { Type: 'AWS::S3::Bucket', DependsOn: 'Policy' },
  };

  it('can allow one action less, and everything else as before', () => {
    const broken = withFault(resources, { kind: 'without', action: 'sqs:SendMessage' });
    expect(broken).toEqual({
      ...resources,
      Role: toRole(log, { ...both, Action: ['s3:GetObject'] }),
    });
  });

  it('can lack the queue policies, and every dependency on them', () => {
    expect(withFault(resources, { kind: 'without-queue-policies' })).toEqual({
      Role: resources.Role,
      Worker: worker,
      Bucket: { Type: 'AWS::S3::Bucket' },
    });
  });

  it('can misspell the handler of one function', () => {
    const { Worker } = withFault(resources, { kind: 'misspelt', fn: 'read-exif' });
    expect(Worker).toMatchObject({ Properties: { Handler: 'functoins/a/read-exif.handler' } });
  });

  it.each([
    { kind: 'without', action: 'sqs:Sendmessage' },
    { kind: 'misspelt', fn: 'read-exfi' },
  ] as const)('is refused where $kind would change nothing', (fault) => {
    expect(() => withFault(resources, fault)).toThrow('Nothing in the template changes');
  });
});

describe('the tools of the emulator suites', () => {
  const files = ['localstack.txt', 'ministack.txt', 'schemathesis.txt'];

  it.each(files)('are pinned to one version each in %s', (file) => {
    const lines = read(`test/suites/requirements/${file}`).split('\n');
    const wanted = lines.filter((line) => line !== '' && !line.startsWith('#'));
    expect(wanted.filter((line) => !/^[\w.-]+==[\w.]+$/.test(line))).toEqual([]);
    expect(wanted.length).toBeGreaterThan(10);
  });

  it('have the LocalStack version of the compose file', () => {
    const compose = z
      .object({ services: z.record(z.string(), z.object({ image: z.string() })) })
      .parse(parse(read('docker-compose.localstack.yml')));
    const pinned = /^localstack-core==(.+)$/m.exec(
      read('test/suites/requirements/localstack.txt'),
    )?.[1];
    expect(compose.services['localstack']?.image).toContain(`localstack/localstack:${pinned}}`);
  });

  it('mount only paths that exist', () => {
    const { volumes } = z
      .object({ services: z.object({ localstack: z.object({ volumes: z.array(z.string()) }) }) })
      .parse(parse(read('docker-compose.localstack.yml'))).services.localstack;
    const ours = volumes
      .map((volume) => volume.split(':')[0] ?? '')
      .filter((path) => /^\./.test(path));
    expect(ours).not.toEqual([]);
    expect(ours.filter((path) => !existsSync(path))).toEqual([]);
  });
});

describe('the workflow of GitHub', () => {
  const workflow = read('.github/workflows/ci.yml');

  it('pins each action to a commit, with its release in a comment', () => {
    const used = [...workflow.matchAll(/uses: (.+)/g)].map(([, action]) => action ?? '');
    expect(used).not.toEqual([]);
    expect(
      used.filter((one) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(one)),
    ).toEqual([]);
  });

  it('leaves the checks to .ci/run', () => {
    const steps = [...workflow.matchAll(/- run: (.+)/g)].map(([, command]) => command);
    expect(steps).toEqual(['.ci/run']);
  });
});

describe('the ids for fuzzed requests', () => {
  it('do not send the DELETE to the shared picture', () => {
    const config = formatConfig({ imageId: 'a-stored-image', initId: 'i', requestId: 'r' });
    expect(config).toContain('"path.image_id" = "a-stored-image"');
    expect(config.split('DELETE')[1]).not.toContain('a-stored-image');
  });
});
