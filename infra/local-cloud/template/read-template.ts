import { readFileSync } from 'node:fs';
import { isNode, type Node, parseDocument, Scalar, visit, YAMLMap } from 'yaml';
import { z } from 'zod';
import { Template, TemplateError } from './template.ts';

/** Reads a template from a file of JSON or YAML. Throws TemplateError with one sentence. */
export const readTemplate = (path: string): Template => parseTemplate(readText(path), path);

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'There is no such file' : `It cannot be read (${code})`;
    throw new TemplateError(`${path}: ${reason}.`);
  }
};

/** `name` stands for the text in messages. */
export const parseTemplate = (text: string, name: string): Template => {
  const parsed = Template.safeParse(parseJson(text) ?? parseYaml(text, name));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const [section, ...rest] = issue?.path ?? [];
  if (!section || (section === 'Resources' && rest.length === 0))
    throw new TemplateError(`${name} is no CloudFormation template: it has no Resources.`);
  throw new TemplateError(
    `${name}: ${z.core.toDotPath(issue?.path ?? [])} is wrong: ${issue?.message}.`,
  );
};

/** Packaged templates are JSON of half a megabyte: the YAML parser needs 350 ms of CPU for one. */
const parseJson = (text: string): unknown => {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // YAML may begin so too, and its parser's message is better
  }
};

const parseYaml = (text: string, name: string): unknown => {
  const document = parseDocument(text, { logLevel: 'silent', merge: true });
  const [problem] = document.errors;
  if (problem) throw new TemplateError(`${name}: ${problem.message.split('\n')[0]}`);
  visit(document, { Node: (_, node) => expandShortTag(node) });
  return document.toJS();
};

/**
 * `!Sub …` becomes `{ 'Fn::Sub': … }`. AWS CloudFormation User Guide, "Intrinsic function
 * reference": every function has a short form but for Ref and Condition, whose names stay as they are.
 */
const expandShortTag = (node: Node): Node | undefined => {
  const { tag } = node as { tag?: string };
  if (!tag?.startsWith('!') || !isNode(node)) return undefined;
  const name = tag.slice(1);
  const key = name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`;
  const expanded = new YAMLMap();
  if ('anchor' in node && node.anchor) {
    expanded.anchor = node.anchor;
    delete node.anchor;
  }
  delete (node as { tag?: string }).tag;
  expanded.set(new Scalar(key), node);
  return expanded;
};
