import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseTemplate, readTemplate } from '../../template/read-template.ts';
import { TemplateError } from '../../template/template.ts';

describe('a template in YAML', () => {
  it('may write every function by its short tag, nested and by alias too', () => {
    const { Resources, Conditions } = parseTemplate(
      `
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
Resources:
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: &name !Sub "\${Stage}-work"
      Same: *name
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt DeadLetters.Arn
        maxReceiveCount: 5
      Joined: !Join ["-", [!Ref Stage, !Select [0, !Split [",", "a,b"]]]]
      Chosen: !If [IsProd, 1, !Ref AWS::NoValue]
`,
      'template.yml',
    );

    expect(Conditions).toEqual({
      IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
      IsDev: { 'Fn::Not': [{ Condition: 'IsProd' }] },
    });
    const sub = { 'Fn::Sub': ['$', '{Stage}-work'].join('') };
    expect(Resources['Work']?.Properties).toEqual({
      QueueName: sub,
      Same: sub,
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': 'DeadLetters.Arn' },
        maxReceiveCount: 5,
      },
      Joined: {
        'Fn::Join': ['-', [{ Ref: 'Stage' }, { 'Fn::Select': [0, { 'Fn::Split': [',', 'a,b'] }] }]],
      },
      Chosen: { 'Fn::If': ['IsProd', 1, { Ref: 'AWS::NoValue' }] },
    });
  });
});

describe('a template in JSON', () => {
  it('is read like one in YAML', () => {
    const folder = mkdtempSync(join(tmpdir(), 'local-cloud-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'template.json');
    writeFileSync(path, '{"Resources":{"Work":{"Type":"AWS::SQS::Queue"}}}');

    expect(readTemplate(path).Resources).toEqual({
      Work: { Type: 'AWS::SQS::Queue', Properties: {} },
    });
  });
});

describe('an invalid template', () => {
  it.each([
    ['service: darkroom', /^x is no CloudFormation template: it has no Resources\.$/],
    ['just text', /^x is no CloudFormation template/],
    ['', /^x is no CloudFormation template/],
    ['Resources: {Work: {}}', /^x: Resources\.Work\.Type is wrong: .+\.$/],
    ['Resources: {Work: [}', /^x: .+ at line 1, column \d+:?$/],
  ])('is refused with one sentence: %j', (text, sentence) => {
    expect(() => parseTemplate(text, 'x')).toThrow(TemplateError);
    expect(() => parseTemplate(text, 'x')).toThrow(sentence);
  });

  it('is refused when its file does not exist', () => {
    expect(() => readTemplate('/no/such/file.yml')).toThrow(
      '/no/such/file.yml: There is no such file.',
    );
    expect(() => readTemplate(tmpdir())).toThrow(/cannot be read \(EISDIR\)\.$/);
  });
});
