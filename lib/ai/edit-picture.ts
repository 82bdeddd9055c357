import type { z } from 'zod';
import type { EditPicture } from '#lib/edits/edit-picture.ts';
import { failure } from '#lib/failure.ts';
import { requestImageToImage } from './image-to-image.ts';
import { ProviderRefusalError, type SetupFailure } from './messages.ts';
import { requestOpenaiEdit } from './openai-image-edit.ts';
import type { EditProvider } from './provider.ts';
import type { Deps } from './request.ts';
import { type EditSettings, resolveEditProvider } from './settings.ts';

const formats = { 'images-edits': requestOpenaiEdit, 'image-to-image': requestImageToImage };

/**
 * Requests one edit, once: retries are the queue's business. What would fail again (a refusal, a
 * wrong key, a response without a picture) is a failure with a sentence for people; throws
 * RetryLaterError where a retry may help and ResponseLostError where the edit may have been billed.
 * The picture comes back as the provider sent it, unchecked and at most 50 MB; no reason ever holds
 * a key, a picture or the provider's own words. The edit's id is sent as `Idempotency-Key`; no
 * provider known here promises to honour it.
 */
export const editPicture =
  (provider: EditProvider | SetupFailure, { now }: Deps = { now: () => new Date() }): EditPicture =>
  async (request) => {
    if (!provider.ok) return provider;
    const startedAt = now();
    try {
      if (request.target && provider.maxPictures < 2)
        throw new ProviderRefusalError('one_picture_only', provider);
      const image = await formats[provider.format](provider, request, { now });
      const durationMs = Math.max(0, now().getTime() - startedAt.getTime());
      return { ok: true, image, provider: provider.provider, model: provider.model, durationMs };
    } catch (error) {
      if (error instanceof ProviderRefusalError) return failure(error.kind, error.message);
      throw error;
    }
  };

/** Resolves the settings for each edit: keys are fetched when they are needed, and may change. */
export const editWithSettings =
  (loadSettings: () => Promise<z.input<typeof EditSettings>>, deps?: Deps): EditPicture =>
  async (request) =>
    editPicture(resolveEditProvider(await loadSettings()), deps)(request);
