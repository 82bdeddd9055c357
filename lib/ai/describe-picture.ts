import type { z } from 'zod';
import { failure } from '#lib/failure.ts';
import type { Describe } from '#lib/images/caption.ts';
import { toPlainSentence } from '#lib/images/plain-sentence.ts';
import { captionFormats } from './caption-formats.ts';
import { ProviderRefusalError, type SetupFailure } from './messages.ts';
import type { CaptionProvider } from './provider.ts';
import { type Deps, parseJson, sendRequest } from './request.ts';
import { type CaptionSettings, resolveCaptionProvider } from './settings.ts';

/** A caption is a sentence; no genuine response comes near this. */
const responseLimit = { maxBytes: 64 * 1024, refusal: 'caption_too_long' } as const;

/**
 * Requests one sentence about a JPEG, once: retries are the queue's business. Every response with
 * status 200 that holds no caption is a failure and not retried, since it mostly means a wrong URL
 * or model, and every attempt may cost money. So is a message that was sent before captions were
 * switched off. Throws RetryLaterError.
 */
export const describePicture =
  (provider: CaptionProvider | SetupFailure, { now }: Deps = { now: () => new Date() }): Describe =>
  async (jpeg) => {
    if (!provider.ok) return provider;
    const startedAt = now();
    const { writeRequest, readText } = captionFormats[provider.format];
    try {
      const request = await writeRequest(provider, jpeg);
      const response = await sendRequest(provider, request, responseLimit, { now });
      const said = readText(provider, parseJson(provider, response));
      // A server that quotes our key back says nothing that may be stored.
      const isSafe = !provider.key || !said.includes(provider.key());
      const plain = toPlainSentence(isSafe ? said : '');
      if (!plain.ok) throw new ProviderRefusalError(plain.kind, provider);
      const durationMs = Math.max(0, now().getTime() - startedAt.getTime());
      const by = { provider: provider.provider, model: provider.model, durationMs };
      return { ok: true, caption: { text: plain.sentence, ...by } };
    } catch (error) {
      if (error instanceof ProviderRefusalError) return failure(error.kind, error.message);
      throw error;
    }
  };

/** Resolves the settings for each picture: keys are fetched when they are needed, and may change. */
export const describeWithSettings =
  (loadSettings: () => Promise<z.input<typeof CaptionSettings>>, deps?: Deps): Describe =>
  async (jpeg) =>
    describePicture(resolveCaptionProvider(await loadSettings()), deps)(jpeg);
