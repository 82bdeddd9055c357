import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  captionProviders,
  editProviders,
  resolveCaptionProvider,
  resolveEditProvider,
} from '#lib/ai/settings.ts';
import type { Environment, LocalSettings } from './local-settings.ts';

/** What is on, what is off and why: a line for each, as the banner shows them. */
export const describeFeatures = (settings: LocalSettings, environment: Environment): string[] => {
  const given = (name: string) => environment[name] || undefined;
  /** The function reads the secret from SSM, which is not queried here. */
  const secret = (name: string) =>
    given(name) ?? (given(`${name}_PARAMETER`) && 'from its parameter');
  const keys = { hfToken: secret('HF_TOKEN'), openaiKey: secret('OPENAI_API_KEY') };
  const captions = resolveCaptionProvider({
    ...keys,
    provider: captionProviders.find((name) => name === given('CAPTION_PROVIDER')),
    baseUrl: given('CAPTION_BASE_URL'),
    model: given('CAPTION_MODEL'),
    apiKey: secret('CAPTION_API_KEY'),
    geminiKey: secret('GEMINI_API_KEY') ?? secret('geminikey'),
  });
  const edits = resolveEditProvider({
    ...keys,
    provider: editProviders.find((name) => name === given('EDIT_PROVIDER')),
    baseUrl: given('EDIT_BASE_URL'),
    model: given('EDIT_MODEL'),
    apiKey: secret('EDIT_API_KEY'),
  });
  const access = settings.API_KEY
    ? 'with the header X-API-Key'
    : 'open to this machine (no API_KEY)';
  return [`Access   ${access}`, `Captions ${describe(captions)}`, `Edits    ${describe(edits)}`];
};

const describe = (
  resolved: { ok: true; provider: string; model: string } | { ok: false; reason: string },
): string =>
  resolved.ok ? `on: ${resolved.model} by ${resolved.provider}` : `off: ${resolved.reason}`;

/** The bytes of all files in a folder, for people: `1.2 GB`. */
export const describeSize = (folder: string): string => {
  const sizes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(
    (name) => lstatSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0,
  );
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const [unit, by] = bytes < 1e6 ? ['kB', 1e3] : bytes < 1e9 ? ['MB', 1e6] : ['GB', 1e9];
  return `${(bytes / Number(by)).toFixed(bytes < 1e6 ? 0 : 1)} ${unit}`;
};
