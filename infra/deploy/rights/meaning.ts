/** Actions on a resource of the template, as IAM names them (AWS Service Authorization Reference). */
export type Grant = { actions: readonly string[]; resource: unknown };

/** What a right means: what IAM has to allow, and how a function's code shows that it needs it. */
export type Meaning = {
  grants: readonly Grant[];
  /** Secrets that may be read, each from the SSM parameter that `<NAME>_PARAMETER` names. */
  secrets?: readonly string[];
  /** Found in a function's bundle where the right is needed; test/architecture/roles.test.ts looks. */
  neededFor: RegExp;
  /** The code does not tell which one of several is needed, only that some are. */
  perhaps?: boolean;
};

export const on = (logicalId: string, ...actions: string[]): Grant => ({
  actions,
  resource: { 'Fn::GetAtt': [logicalId, 'Arn'] },
});

export const inside = (logicalId: string, path: string, ...actions: string[]): Grant => ({
  actions,
  resource: { 'Fn::Sub': `\${${logicalId}.Arn}/${path}` },
});

/** A call of a port, named as everywhere in the house. A bundle numbers names that would clash. */
export const call = (port: string, ...methods: string[]): RegExp =>
  new RegExp(`(?<![.\\w])(deps\\d*\\.)?${port}\\d*\\.(${methods.join('|')})\\(`);

/** A call of a port that several adapters have under the same name. */
export const callOn = (adapter: string, port: string, method: string): RegExp =>
  new RegExp(`^(?=[^]*\\b${adapter}\\d*\\()(?=[^]*${call(port, method).source})`);

/** Every verb with every thing: `read originals`. */
export const combined = (
  verbs: Record<string, (name: string) => Meaning>,
  things: readonly string[],
): [string, Meaning][] =>
  Object.entries(verbs).flatMap(([verb, meaningOf]) =>
    things.map((thing): [string, Meaning] => [`${verb} ${thing}`, meaningOf(thing)]),
  );
