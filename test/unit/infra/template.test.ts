// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation writes them so.
import { describe, expect, it } from 'vitest';
import { makeResolver, type Place, Template, UnresolvableError } from '#infra/local/template.ts';

const place: Place = {
  region: 'eu-north-1',
  stackName: 'darkroom-dev',
  sqsUrl: 'http://127.0.0.1:4576',
};

const template = Template.parse({
  Resources: {
    Work: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'work' } },
    Pictures: {
      Type: 'AWS::S3::Bucket',
      Properties: { BucketName: { 'Fn::Sub': 'pictures-${AWS::AccountId}' } },
    },
    Things: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'things' } },
    Nameless: { Type: 'AWS::SQS::Queue' },
    Alarm: { Type: 'AWS::CloudWatch::Alarm' },
  },
});
const { resolve } = makeResolver(template, place);

describe('the intrinsic functions of the template', () => {
  it('give a queue its URL by Ref, a bucket and a table their names', () => {
    expect(resolve([{ Ref: 'Work' }, { Ref: 'Pictures' }, { Ref: 'Things' }])).toEqual([
      'http://127.0.0.1:4576/000000000000/work',
      'pictures-000000000000',
      'things',
    ]);
  });

  it('give ARNs in both ways that GetAtt is written', () => {
    expect(resolve({ 'Fn::GetAtt': ['Work', 'Arn'] })).toBe(
      'arn:aws:sqs:eu-north-1:000000000000:work',
    );
    expect(resolve({ 'Fn::GetAtt': 'Things.Arn' })).toBe(
      'arn:aws:dynamodb:eu-north-1:000000000000:table/things',
    );
    expect(resolve({ 'Fn::GetAtt': ['Pictures', 'Arn'] })).toBe(
      'arn:aws:s3:::pictures-000000000000',
    );
  });

  it('substitute resources, attributes, pseudo parameters and names of their own', () => {
    const sub = [
      '${AWS::Region} ${Work.Arn} ${Things} ${mine} ${!kept}',
      { mine: { Ref: 'Things' } },
    ];

    expect(resolve({ 'Fn::Sub': sub })).toBe(
      'eu-north-1 arn:aws:sqs:eu-north-1:000000000000:work things things ${kept}',
    );
  });

  it('join, split and select', () => {
    expect(resolve({ 'Fn::Join': ['/', [{ Ref: 'Things' }, 'index', '*']] })).toBe(
      'things/index/*',
    );
    expect(resolve({ 'Fn::Select': [1, { 'Fn::Split': [',', 'a,b,c'] }] })).toBe('b');
  });

  it('leave out what has no value', () => {
    expect(resolve({ a: { Ref: 'AWS::NoValue' }, b: [1, { Ref: 'AWS::NoValue' }] })).toEqual({
      b: [1],
    });
  });

  it('name a resource after the stack when the template does not', () => {
    expect(resolve({ 'Fn::GetAtt': ['Nameless', 'QueueName'] })).toBe('darkroom-dev-nameless');
  });

  it('do not touch an object that only looks a little like them', () => {
    const value = { Ref: 'Work', and: 'more' };

    expect(resolve(value)).toEqual(value);
  });

  it.each([
    [{ Ref: 'Nobody' }, 'Nobody is not a resource of the template'],
    [{ Ref: 'Alarm' }, 'Alarm is a resource of type AWS::CloudWatch::Alarm'],
    [{ 'Fn::GetAtt': ['Work', 'Colour'] }, 'does not know the attribute Work.Colour'],
    [{ 'Fn::ImportValue': 'x' }, 'does not know the function Fn::ImportValue'],
  ])('refuse %j with a sentence', (value, sentence) => {
    expect(() => resolve(value)).toThrow(UnresolvableError);
    expect(() => resolve(value)).toThrow(sentence);
  });
});
