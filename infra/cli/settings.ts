import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { deployedShape } from '#infra/deploy/settings-to-deploy.ts';
import { type SecretName, Settings, secretNames } from '#lib/settings.ts';
import { localShape } from './start/local-settings.ts';

type Row = { name: string; standard: string; meaning: string };

const expectedRows = (shape: Record<string, z.ZodType>): Row[] =>
  Object.entries(shape).map(([name, schema]) => {
    const standard = schema instanceof z.ZodPrefault ? String(schema.def.defaultValue) : '';
    return { name, standard, meaning: schema.description ?? '' };
  });

const secretMeaning: Record<SecretName, string> = {
  CAPTION_API_KEY: 'sent wherever CAPTION_PROVIDER or CAPTION_BASE_URL lead',
  HF_TOKEN: 'Hugging Face; sent to its hosts only',
  GEMINI_API_KEY: "Gemini; sent to Google's host only",
  geminikey: 'the same by its old name',
  OPENAI_API_KEY: 'OpenAI; sent to its host only',
  EDIT_API_KEY: 'sent wherever EDIT_PROVIDER or EDIT_BASE_URL lead',
  DELIVERY_SECRET:
    'signs links of pictures: the first of a list signs, every one verifies; `npm start` and the first deployment make one',
  WEBHOOK_SECRET:
    'whsec_…, signs webhooks: every one of a list signs; `npm start` makes one and stores it in DATA_DIR',
};

const rows: Row[] = [
  ...expectedRows(localShape),
  ...expectedRows(deployedShape),
  ...expectedRows(Settings.shape),
  ...secretNames.map((name) => ({ name, standard: '', meaning: secretMeaning[name] })),
  ...secretNames.map((name) => ({
    name: `${name}_PARAMETER`,
    standard: '',
    meaning: `the SSM parameter that holds ${name} where it is not set itself`,
  })),
];

/** What serverless.yml deploys where a setting is not set: ${env:NAME, 'this'}. */
const deployedDefaults = new Map(
  ['serverless.yml', ...globSync('functions/*/functions.yml')]
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\$\{env:(\w+), '([^']+)'\}/g)])
    .map(([, name, value]) => [name, value]),
);

const describeDefault = ({ name, standard }: Row): string => {
  const deployed = deployedDefaults.get(name);
  const local = standard ? `\`${standard}\`` : 'unset';
  return deployed && deployed !== standard ? `${local}; deployed \`${deployed}\`` : local;
};

/** The table of settings, in Markdown. */
export const settingsTable = (): string =>
  [
    '| Setting | Default | Meaning |',
    '|---|---|---|',
    ...rows
      .filter(({ name }) => !name.endsWith('_PARAMETER'))
      .map((row) => {
        const { name, meaning } = row;
        return `| \`${name}\` | ${describeDefault(row)} | ${meaning.replaceAll('|', '\\|')} |`;
      }),
    '| `…_PARAMETER` for each key above | unset | name of the SSM parameter that holds it |',
  ].join('\n');

/** `.env.example`: every setting, none of them set. */
export const envExample = (): string =>
  [
    '# Copy to .env and uncomment what you want to set. Nothing here is needed to start.',
    ...rows.map(({ name, standard, meaning }) => `\n# ${meaning}\n#${name}=${standard}`),
    '',
  ].join('\n');

/** The document that holds the table of settings. */
export const document = 'infra/README.md';

const begin = '<!-- settings: npm run settings -->';
const end = '<!-- /settings -->';

/** The document with its table as it should be. */
export const withTable = (readme: string): string => {
  const [before = '', rest = ''] = readme.split(begin);
  const [, after = ''] = rest.split(end);
  return `${before}${begin}\n${settingsTable()}\n${end}${after}`;
};

if (import.meta.main) {
  writeFileSync(document, withTable(readFileSync(document, 'utf8')));
  writeFileSync('.env.example', envExample());
}
