import { existsSync } from 'node:fs';
import { secretNames, settingNames } from '#lib/settings.ts';
import { isSecret } from '#lib/web/webhook-signature.ts';
import {
  type Environment,
  InvalidSettingsError,
  localShape,
  readSettingsFile,
} from './local-settings.ts';

const baseUrls = ['CAPTION_BASE_URL', 'EDIT_BASE_URL'];

const knownNames = [
  ...Object.keys(localShape),
  ...settingNames,
  ...secretNames,
  ...secretNames.map((name) => `${name}_PARAMETER`),
];

/**
 * What the functions would say only when they are used, said at the start: a base URL that is none, a
 * secret that cannot sign, and in the file of settings a name that is one of ours but for a letter
 * or two: with a misspelled API_KEY the API would be open. Throws InvalidSettingsError.
 */
export const checkSettings = (environment: Environment, file: string): void => {
  const complaints = [
    ...baseUrls.flatMap((name) => complainOfUrl(name, environment[name])),
    ...complainOfSecret(environment['WEBHOOK_SECRET']),
    ...(existsSync(file) ? Object.keys(readSettingsFile(file)).flatMap(complainOfName) : []),
  ];
  if (complaints.length > 0) throw new InvalidSettingsError(complaints.join('\n'));
};

const complainOfUrl = (name: string, value: string | undefined): string[] => {
  const protocol = value && URL.parse(value)?.protocol;
  if (!value || protocol === 'http:' || protocol === 'https:') return [];
  return [`${name}=${value}: must be a URL that begins with http:// or https://.`];
};

const complainOfSecret = (value: string | undefined): string[] =>
  !value || isSecret(value)
    ? []
    : [
        'WEBHOOK_SECRET=…: must be whsec_ and the base64 of 24 to 64 bytes, or several of these, separated by commas.',
      ];

const maxTypos = 2;

const complainOfName = (name: string): string[] => {
  if (knownNames.includes(name)) return [];
  const [nearest] = knownNames
    .map((known) => ({ known, typos: editDistance(name.toUpperCase(), known.toUpperCase()) }))
    .sort((a, b) => a.typos - b.typos);
  // The short names of other programs are easily within two letters of one of ours.
  const allowed = name.length < 8 ? 1 : maxTypos;
  return nearest && nearest.typos <= allowed
    ? [`${name} is no setting. Is ${nearest.known} meant?`]
    : [];
};

/** Letters to put in, leave out or replace (Levenshtein). */
const editDistance = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1];
    for (const [at, wanted] of [...other].entries()) {
      const replaced = (row[at] ?? 0) + (letter === wanted ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};
