import type { TestProject } from 'vitest/node';
import { startEmbeddedStack } from '#test/support/embedded-stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the API is, and what an SDK client needs to reach the stores behind it. */
    target: Target;
    /** Whether it is an embedded stack, so that a test may start another with other settings. */
    isEmbedded: boolean;
  }
}

export type Target = { baseUrl: string; env: Record<string, string> };

/**
 * One running Darkroom for the whole suite: the one at BASE_URL, with AWS_ENDPOINT_URL* and
 * credentials in the environment, or an embedded stack of our own.
 */
export default async (project: TestProject) => {
  const baseUrl = process.env['BASE_URL'];
  if (baseUrl) {
    const env = Object.fromEntries(
      Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]),
    );
    project.provide('isEmbedded', false);
    project.provide('target', { baseUrl: baseUrl.replace(/\/$/, ''), env });
    return;
  }
  const stack = await startEmbeddedStack({ env: { CAPTION_PROVIDER: 'none' } });
  project.provide('isEmbedded', true);
  project.provide('target', { baseUrl: stack.baseUrl, env: stack.env });
  return () => stack.stop();
};
