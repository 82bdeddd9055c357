import { z } from 'zod';
import { Template } from '../template/template.ts';

/**
 * How the launcher, which runs the emulators, and the host of the functions (osls and
 * serverless-offline in a process of their own) communicate: the host reports what
 * serverless.yml declares, the launcher creates it, the host starts the functions.
 */
export const FromHost = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('template'),
    template: Template,
    stackName: z.string(),
    handlers: z.array(z.string()),
  }),
  z.object({ kind: z.literal('ready') }),
  /** The host cannot continue; it exits after this. */
  z.object({ kind: z.literal('failed'), reason: z.string() }),
  /** A version was loaded, or could not be. */
  z.object({ kind: z.literal('loaded'), reason: z.string().optional() }),
  /** The process ids of the forked workers, whenever they change. */
  z.object({ kind: z.literal('workers'), pids: z.array(z.int()) }),
]);
export type FromHost = z.infer<typeof FromHost>;

export const FromLauncher = z.discriminatedUnion('kind', [
  /** Emulators, resources and bundles are there. */
  z.object({ kind: z.literal('prepared') }),
  /** There are new records in the stream of this table. */
  z.object({ kind: z.literal('stream-records'), table: z.string() }),
  /** From now on calls go to the modules in this folder, if they can be loaded. */
  z.object({ kind: z.literal('load'), folder: z.string(), modules: z.array(z.string()) }),
  z.object({ kind: z.literal('stop') }),
]);
export type FromLauncher = z.infer<typeof FromLauncher>;

/** What the launcher puts into the host's environment, as JSON. */
export const HostOptions = z.object({
  port: z.int(),
  /** The address to listen on. */
  host: z.string().default('127.0.0.1'),
  guard: z
    .object({
      allowedOrigins: z.array(z.string()),
      allowedHosts: z.array(z.string()),
      /** The JSON with which requests are refused that name another host, or come from another origin. */
      refusals: z.object({ host: z.string(), origin: z.string() }),
    })
    .optional(),
  buildFolder: z.string(),
  sqsUrl: z.url(),
  dynamodbUrl: z.url(),
  /** Where the readers of streams store how far they are; made, if it does not exist. */
  checkpointFile: z.string(),
  /** How often streams are looked at, in milliseconds, where nothing announces new records. */
  streamPollMs: z.int().default(1000),
  region: z.string(),
  /** Twelve digits. */
  accountId: z.string(),
  workers: z.enum(['in-process', 'forked']),
});
export type HostOptions = z.infer<typeof HostOptions>;
export type HostInput = z.input<typeof HostOptions>;
/** The folder of the bundles that count, where they are exchanged while they run. */
export const buildVariable = 'LOCAL_CLOUD_BUILD';
export const hostOptionsVariable = 'LOCAL_CLOUD_HOST';
