import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'dotenv';
import { z } from 'zod';

const port = (standard: number) =>
  z.coerce
    .number('must be a port, 1 to 65535')
    .int('must be a port, 1 to 65535')
    .min(1, 'must be a port, 1 to 65535')
    .max(65_535, 'must be a port, 1 to 65535')
    .prefault(standard);
const number = (minimum: number, maximum: number) => {
  const allowed = `must be a number from ${minimum} to ${maximum}`;
  return z.coerce.number(allowed).min(minimum, allowed).max(maximum, allowed);
};
const wholeNumber = (minimum: number, maximum: number) => {
  const allowed = `must be a whole number from ${minimum} to ${maximum}`;
  return z.coerce.number(allowed).int(allowed).min(minimum, allowed).max(maximum, allowed);
};
const text = z.string().trim().min(1);

/** Each local setting by name; lib/settings.ts has those of the functions. */
export const localShape = {
  PORT: port(3000).describe('the API and docs of `npm start`'),
  HOST: text
    .prefault('127.0.0.1')
    .describe('the address the API listens on; any but a loopback one only with API_KEY'),
  CORS_ORIGINS: z
    .string()
    .prefault('')
    .transform((value) => value.split(',').map((origin) => origin.trim().toLowerCase()))
    .transform((origins) => origins.filter(Boolean))
    .refine(
      (origins) => origins.every((origin) => /^https?:\/\/[^/\s]+$/.test(origin)),
      'must be a list of origins such as http://localhost:5173,https://photos.example',
    )
    .describe('other origins whose pages may use the API while it has no API_KEY'),
  S3_PORT: port(4569).describe('the embedded S3'),
  SQS_PORT: port(4576).describe('the embedded SQS'),
  DYNAMODB_PORT: port(4577).describe('the embedded DynamoDB'),
  DATA_DIR: text
    .prefault('.darkroom')
    .describe(
      'folder of all data and logs of the local stack; relative to the project; new or empty at first',
    ),
  API_KEY: text
    .optional()
    .describe('when set, the local stack demands it as a deployed stage does'),
  SWEEP_MINUTES: number(0.01, 1440)
    .prefault(1)
    .describe('how often stuck images are looked for; parts of a minute only locally'),
  PIPELINE_CONCURRENCY: wholeNumber(1, 1000)
    .prefault(2)
    .describe('images processed at once, per worker; 1, locally only, means in order of arrival'),
  LOCAL_VISIBILITY_SECONDS: wholeNumber(1, 43_200)
    .optional()
    .describe('shorter visibility timeouts on the embedded stack, for tests'),
  WORKERS: z
    .enum(['in-process', 'forked'], 'must be in-process or forked')
    .prefault('in-process')
    .describe('forked: each worker is a process of its own, which its timeout really kills'),
  AWS_ACCESS_KEY_ID: text.prefault('darkroom').describe('for the emulators'),
  AWS_SECRET_ACCESS_KEY: text.prefault('darkroom-secret').describe('for the emulators'),
  AWS_REGION: text.prefault('us-east-1').describe('for the emulators'),
};

const isLoopback = (host: string) => ['127.0.0.1', 'localhost', '::1'].includes(host);

const ports = ['PORT', 'S3_PORT', 'SQS_PORT', 'DYNAMODB_PORT'] as const;

/** The settings of the embedded stack; `lib/config.ts` has those of the functions. */
export const LocalSettings = z.object(localShape).superRefine((settings, context) => {
  if (!isLoopback(settings.HOST) && !settings.API_KEY)
    context.addIssue({
      code: 'custom',
      path: ['HOST'],
      message: 'lets other machines use the API, so it needs an API_KEY',
    });
  for (const [index, name] of ports.entries()) {
    const twin = ports.slice(0, index).find((other) => settings[other] === settings[name]);
    if (!twin) continue;
    const message = `${settings[name]} is the port of ${twin}, too; each needs one of its own`;
    context.addIssue({ code: 'custom', path: [name], message });
  }
});
export type LocalSettings = z.infer<typeof LocalSettings>;

export type Environment = Record<string, string>;

/** A setting has a value that is not allowed. The message names each, its value and what is. */
export class InvalidSettingsError extends Error {
  override readonly name = 'WrongSettings';
}

/** Throws WrongSettings. An empty value means "not set", as a bare line in `.env` does. */
export const readLocalSettings = (environment: Environment): LocalSettings => {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = LocalSettings.safeParse(set);
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0]);
    const isSecret = name === 'API_KEY' || name.includes('SECRET');
    const value = set[name] === undefined ? '' : `=${isSecret ? '…' : set[name]}`;
    return `${name}${value}: ${message}.`;
  });
  throw new InvalidSettingsError(complaints.join('\n'));
};

/** What the file sets. Throws InvalidSettingsError where it cannot be read as text. */
export const readSettingsFile = (path: string): Environment => parse(textIn(path));

/**
 * The environment over the file: what is set for one run wins over what is written down. Throws
 * WrongSettings where the file cannot be read as text.
 */
export const environmentWith = (file: string | undefined, folder: string): Environment => {
  const path = file === undefined ? undefined : resolve(folder, file);
  const written = path && existsSync(path) ? readSettingsFile(path) : {};
  const set = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { ...written, ...Object.fromEntries(set) };
};

/**
 * PowerShell 5.1 writes UTF-16 by `>`, and by `>>` even behind UTF-8. What is not understood is
 * refused: if it was overlooked, an API whose key stands there would be open.
 */
const textIn = (path: string): string => {
  const bytes = readFileSync(path);
  const encoding = encodings[bytes.toString('hex', 0, 2)] ?? 'utf-8';
  const decoded = new TextDecoder(encoding).decode(bytes); // without its byte order mark
  if (!decoded.includes('\0')) return decoded;
  throw new InvalidSettingsError(
    `${path} is in UTF-16, or partly so, and does not begin with a byte order mark. Save it as UTF-8.`,
  );
};

const encodings: Record<string, string> = { fffe: 'utf-16le', feff: 'utf-16be' };
