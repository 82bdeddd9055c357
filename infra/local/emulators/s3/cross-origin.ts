import type { Context } from 's3rver';
import { refusal } from './refusal.ts';

/** One rule of a bucket, as CloudFormation writes it. */
export type CorsRule = {
  AllowedOrigins: readonly string[];
  AllowedMethods: readonly string[];
  AllowedHeaders?: readonly string[];
  ExposedHeaders?: readonly string[];
  /** Seconds. */
  MaxAge?: number;
};

/** Answers a browser's preflight; it carries no signature. */
export const answerPreflight = (context: Context, rules: readonly CorsRule[]): void => {
  const method = String(context.req.headers['access-control-request-method'] ?? '');
  const asked = String(context.req.headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((header) => header.trim().toLowerCase())
    .filter((header) => header !== '');
  const rule = ruleFor(context, rules, method);
  const allowed = (rule?.AllowedHeaders ?? []).map((header) => header.toLowerCase());
  if (!rule || !asked.every((header) => allowed.some((pattern) => fits(pattern, header)))) {
    throw refusal('CORSResponse', 'This CORS request is not allowed by the rules of the bucket.');
  }
  allow(context, rule);
  context.set('Access-Control-Allow-Methods', rule.AllowedMethods.join(', '));
  if (asked.length > 0) context.set('Access-Control-Allow-Headers', asked.join(', '));
  if (rule.MaxAge !== undefined) context.set('Access-Control-Max-Age', String(rule.MaxAge));
  context.status = 200;
  context.body = '';
};

/** Lets a page read the answer, refusals included, if a rule says that it may. */
export const allowOrigin = (context: Context, rules: readonly CorsRule[]): void => {
  const rule = ruleFor(context, rules, context.method);
  if (rule) allow(context, rule);
};

const allow = (context: Context, rule: CorsRule): void => {
  const isForAll = rule.AllowedOrigins.includes('*');
  context.set('Access-Control-Allow-Origin', isForAll ? '*' : String(context.req.headers.origin));
  const exposed = (rule.ExposedHeaders ?? []).join(', ');
  if (exposed) context.set('Access-Control-Expose-Headers', exposed);
  context.set('Vary', 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method');
};

const ruleFor = (context: Context, rules: readonly CorsRule[], method: string) => {
  const { origin } = context.req.headers;
  if (!origin) return undefined;
  return rules.find(
    ({ AllowedOrigins, AllowedMethods }) =>
      AllowedMethods.includes(method) && AllowedOrigins.some((pattern) => fits(pattern, origin)),
  );
};

// A rule may hold one * for any text.
const fits = (pattern: string, text: string): boolean => {
  const [start = '', end] = pattern.split('*');
  if (end === undefined) return pattern === text;
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
};
