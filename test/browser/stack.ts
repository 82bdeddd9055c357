import type { TestProject } from 'vitest/node';
import { chromiumPath } from '#test/support/chromium-path.ts';
import { freePorts, startEmbeddedStack } from '#test/support/embedded-stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A Darkroom without an API key, and one with. */
    galleries: { open: Gallery; closed: Gallery; ports: Ports };
  }
}

export type Gallery = { baseUrl: string; env: Record<string, string> };
/** Where the tests must listen, because both galleries are configured to call there. */
type Ports = { edits: number; origin: number; receiver: number };

export const key = 'only-for-this-test';

/** The two Darkrooms that all browser tests share. */
export default async (project: TestProject) => {
  if (!chromiumPath) {
    // Every test of this suite is skipped then, and says so.
    const none = { baseUrl: '', env: {} };
    const ports = { edits: 0, origin: 0, receiver: 0 };
    project.provide('galleries', { open: none, closed: none, ports });
    return;
  }
  const [edits = 0, origin = 0, receiver = 0] = await freePorts(3);
  const env = {
    CAPTION_PROVIDER: 'none',
    EDIT_PROVIDER: 'openai',
    EDIT_BASE_URL: `http://127.0.0.1:${edits}`,
    FETCH_ALLOW_HOSTS: `127.0.0.1:${origin},127.0.0.1:${receiver}`,
  };
  const [open, closed] = await Promise.all([
    startEmbeddedStack({ env }),
    startEmbeddedStack({ env: { ...env, API_KEY: key } }),
  ]);
  project.provide('galleries', {
    open: { baseUrl: open.baseUrl, env: open.env },
    closed: { baseUrl: closed.baseUrl, env: closed.env },
    ports: { edits, origin, receiver },
  });
  return () => Promise.all([open.stop(), closed.stop()]);
};
