import type { Item } from '../attributes/attribute-value.ts';
import { checkPathsApart } from '../expressions/document-path.ts';
import { compileProjection } from '../expressions/expression-cache.ts';
import type { Placeholders } from '../expressions/placeholders.ts';
import { project } from '../expressions/project.ts';
import type { Path } from '../expressions/syntax.ts';

export type ReadProjection = {
  paths: Path[];
  /** An item's projection, as JSON text. */
  toText(item: Item): string;
};

/** A request's ProjectionExpression, or undefined where whole items are wanted. */
export const readProjection = (
  expression: string | undefined,
  placeholders: Placeholders,
): ReadProjection | undefined => {
  if (expression === undefined) return undefined;
  const parsed = compileProjection('ProjectionExpression', expression);
  placeholders.use(parsed, 'ProjectionExpression');
  const paths = parsed.tree.map(placeholders.path);
  checkPathsApart('ProjectionExpression', paths);
  return { paths, toText: (item) => JSON.stringify(project(item, paths)) };
};
