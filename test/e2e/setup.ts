// For each e2e file: images get captions, unless the file makes the provider misbehave.
import { afterAll } from 'vitest';
import { captionServer } from './caption-server.ts';

afterAll(() => captionServer.become({ is: 'answering' }));
