import { inject } from 'vitest';
import { startCaptionServer } from '#test/support/caption-server.ts';
import { captionKey } from './settings.ts';

/**
 * The provider from which the Darkroom under test requests captions. Every e2e file makes images,
 * so it answers from the first file to the last: the files run one after another in one process.
 */
export const captionServer = await startCaptionServer({
  key: captionKey,
  port: inject('serverPorts').captions,
});
