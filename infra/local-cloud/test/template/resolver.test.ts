// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation writes them so.
import { describe, expect, it } from 'vitest';
import { openResolver } from '../../template/resolver.ts';
import { Template, TemplateError, UnresolvableError } from '../../template/template.ts';

const environment = {
  region: 'eu-north-1',
  accountId: '123456789012',
  stackName: 'gallery',
  sqsUrl: 'http://127.0.0.1:4576',
};

const template = Template.parse({
  Parameters: {
    Stage: { Type: 'String', Default: 'dev' },
    Size: { Type: 'Number', Default: 3 },
    Colors: { Type: 'CommaDelimitedList', Default: 'red, blue' },
    Secret: { Type: 'String', NoEcho: true },
  },
  Mappings: { ByStage: { dev: { days: 1 }, prod: { days: 14 } } },
  Conditions: {
    IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
    IsDev: { 'Fn::Not': [{ Condition: 'IsProd' }] },
    Either: { 'Fn::Or': [{ Condition: 'IsProd' }, { Condition: 'IsDev' }] },
    Both: { 'Fn::And': [{ Condition: 'IsProd' }, { Condition: 'IsDev' }] },
    Circle: { 'Fn::Not': [{ Condition: 'Circle' }] },
  },
  Resources: {
    Work: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::Sub': 'work-${Stage}' } } },
    Pictures: {
      Type: 'AWS::S3::Bucket',
      Properties: { BucketName: { 'Fn::Sub': 'pictures-${AWS::AccountId}' } },
    },
    Things: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'things' } },
    NamelessQueue: { Type: 'AWS::SQS::Queue' },
    NamelessBucket: { Type: 'AWS::S3::Bucket', Properties: null },
    Alarm: { Type: 'AWS::CloudWatch::Alarm' },
  },
});
const { resolve, isTrue } = openResolver(template, environment);

describe('an intrinsic function', () => {
  it('Ref returns the URL of a queue, and the name of a bucket or table', () => {
    expect(resolve([{ Ref: 'Work' }, { Ref: 'Pictures' }, { Ref: 'Things' }])).toEqual([
      'http://127.0.0.1:4576/123456789012/work-dev',
      'pictures-123456789012',
      'things',
    ]);
  });

  it('GetAtt returns ARNs in both of its notations', () => {
    expect(resolve({ 'Fn::GetAtt': ['Work', 'Arn'] })).toBe(
      'arn:aws:sqs:eu-north-1:123456789012:work-dev',
    );
    expect(resolve({ 'Fn::GetAtt': 'Things.Arn' })).toBe(
      'arn:aws:dynamodb:eu-north-1:123456789012:table/things',
    );
    expect(resolve({ 'Fn::GetAtt': ['Pictures', 'Arn'] })).toBe(
      'arn:aws:s3:::pictures-123456789012',
    );
  });

  it('Sub substitutes resources, attributes, parameters and its own variables', () => {
    const sub = [
      '${AWS::Region} ${Work.Arn} ${Things} ${Stage} ${mine} ${!kept}',
      { mine: { Ref: 'Things' } },
    ];

    expect(resolve({ 'Fn::Sub': sub })).toBe(
      'eu-north-1 arn:aws:sqs:eu-north-1:123456789012:work-dev things dev things ${kept}',
    );
  });

  it('can join, split, select, encode, and look up in a mapping', () => {
    expect(resolve({ 'Fn::Join': ['/', [{ Ref: 'Things' }, 'index', '*']] })).toBe(
      'things/index/*',
    );
    expect(resolve({ 'Fn::Select': ['1', { 'Fn::Split': [',', 'a,b,c'] }] })).toBe('b');
    expect(resolve({ 'Fn::Base64': { Ref: 'Stage' } })).toBe('ZGV2');
    expect(resolve({ 'Fn::FindInMap': ['ByStage', { Ref: 'Stage' }, 'days'] })).toBe(1);
  });

  it('drops what AWS::NoValue stands for', () => {
    expect(resolve({ a: { Ref: 'AWS::NoValue' }, b: [1, { Ref: 'AWS::NoValue' }] })).toEqual({
      b: [1],
    });
  });

  it('If chooses by a condition, and resolves only the chosen branch', () => {
    expect(resolve({ 'Fn::If': ['IsProd', { Ref: 'Secret' }, 'plain'] })).toBe('plain');
    expect(['IsProd', 'IsDev', 'Either', 'Both'].map(isTrue)).toEqual([false, true, true, false]);
  });

  it('is not confused with an object that merely resembles one', () => {
    const value = { Ref: 'Work', and: 'more' };

    expect(resolve(value)).toEqual(value);
  });

  it.each([
    [{ Ref: 'Missing' }, 'Missing is neither a resource nor a parameter'],
    [{ Ref: 'Secret' }, 'The parameter Secret has no default'],
    [{ Ref: 'Alarm' }, 'Alarm is a resource of type AWS::CloudWatch::Alarm'],
    [{ 'Fn::GetAtt': ['Work', 'Color'] }, 'does not know the attribute Work.Color'],
    [{ 'Fn::ImportValue': 'x' }, 'does not know the function Fn::ImportValue'],
    [{ 'Fn::FindInMap': ['ByStage', 'test', 'days'] }, 'no mapping ByStage.test.days'],
    [{ 'Fn::If': ['Missing', 1, 2] }, 'no condition Missing'],
    [{ 'Fn::If': ['Circle', 1, 2] }, 'Circle refers to itself'],
    [{ 'Fn::Join': 'a' }, 'Fn::Join cannot have the argument "a"'],
  ])('is refused with a sentence: %j', (value, sentence) => {
    expect(() => resolve(value)).toThrow(UnresolvableError);
    expect(() => resolve(value)).toThrow(sentence);
  });
});

describe('a parameter', () => {
  it('of a template has its default, as text or as a list', () => {
    expect(resolve([{ Ref: 'Stage' }, { Ref: 'Size' }, { Ref: 'Colors' }])).toEqual([
      'dev',
      '3',
      ['red', 'blue'],
    ]);
  });

  it('of a template can be given, and decides conditions', () => {
    const given = openResolver(template, { ...environment, parameters: { Stage: 'prod' } });

    expect(given.resolve({ Ref: 'Work' })).toMatch(/work-prod$/);
    expect(given.isTrue('IsProd')).toBe(true);
  });

  it('is refused when the template does not declare it', () => {
    const parameters = { Stagee: 'prod' };

    expect(() => openResolver(template, { ...environment, parameters })).toThrow(TemplateError);
  });
});

describe('a resource without a name', () => {
  it('is named after the stack', () => {
    expect(resolve({ 'Fn::GetAtt': ['NamelessQueue', 'QueueName'] })).toBe('gallery-NamelessQueue');
    expect(resolve({ Ref: 'NamelessBucket' })).toBe('gallery-namelessbucket');
  });
});
