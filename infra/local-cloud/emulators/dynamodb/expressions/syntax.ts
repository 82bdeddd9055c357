/** An attribute, or a place inside one: names (maybe `#placeholders`) and list indexes. */
export type RawPath = readonly (string | number)[];
/** The same with its placeholders resolved. */
export type Path = readonly (string | number)[];

export type CompareOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type FunctionName =
  | 'attribute_exists'
  | 'attribute_not_exists'
  | 'attribute_type'
  | 'begins_with'
  | 'contains';

/** What an expression computes with. */
export type Operand =
  | { kind: 'path'; path: RawPath }
  | { kind: 'value'; placeholder: string }
  | { kind: 'size'; path: RawPath }
  | { kind: 'add'; sign: 1 | -1; left: Operand; right: Operand }
  | { kind: 'if_not_exists'; path: RawPath; otherwise: Operand }
  | { kind: 'list_append'; left: Operand; right: Operand };

export type Condition =
  | { kind: 'and' | 'or'; left: Condition; right: Condition }
  | { kind: 'not'; condition: Condition }
  | { kind: 'compare'; operator: CompareOperator; left: Operand; right: Operand }
  | { kind: 'between'; operand: Operand; low: Operand; high: Operand }
  | { kind: 'in'; operand: Operand; list: readonly Operand[] }
  | { kind: 'function'; name: FunctionName; operands: readonly Operand[] };

export type Update = {
  set: readonly { path: RawPath; operand: Operand }[];
  remove: readonly RawPath[];
  add: readonly { path: RawPath; placeholder: string }[];
  delete: readonly { path: RawPath; placeholder: string }[];
};

export type Projection = readonly RawPath[];

/** What was parsed, with the placeholders that it needs. */
export type Parsed<Tree> = {
  tree: Tree;
  names: ReadonlySet<string>;
  values: ReadonlySet<string>;
};
