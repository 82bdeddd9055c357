import type { z } from 'zod';
import type { EditPicture } from '#lib/edits/edit-picture.ts';
import type { Tools } from './ask-provider.ts';
import { type EditProvider, type EditSettings, editingOf } from './edit-settings.ts';
import { askForImageToImage } from './image-to-image.ts';
import { askForEdit } from './images-edits.ts';
import { ProviderRefusal } from './provider.ts';

const asking = { 'images-edits': askForEdit, 'image-to-image': askForImageToImage };

/**
 * Asks a provider for one edit, once: trying again is the queue's business. What would fail again
 * (a refusal, a wrong key, an answer without a picture) is `refused` with a sentence for people;
 * what may pass throws ProviderBusy, an answer that got lost AnswerLost. The picture comes back as
 * the provider sent it, unchecked and at most 50 MB; no reason ever holds a key, a picture, or the
 * provider's own words. The edit's id goes along as `Idempotency-Key`; whether the provider heeds
 * it is its own affair, and none that is known here promises to.
 */
export const editPicture =
  (
    provider: EditProvider | { unavailable: string },
    { now }: Tools = { now: () => new Date() },
  ): EditPicture =>
  async (request) => {
    if ('unavailable' in provider) return { refused: provider.unavailable };
    if (request.target && provider.mostPictures < 2)
      return {
        refused: `${provider.label} takes one picture only. Leave the target out, or set EDIT_PROVIDER=openai with OPENAI_API_KEY: OpenAI takes several.`,
      };
    const beganAt = now();
    try {
      const image = await asking[provider.speaks](provider, request, { now });
      return {
        image,
        provider: provider.provider,
        model: provider.model,
        durationMs: Math.max(0, now().getTime() - beganAt.getTime()),
      };
    } catch (error) {
      if (error instanceof ProviderRefusal) return { refused: error.message };
      throw error;
    }
  };

/** Edits with what is set at that moment: keys are fetched when they are needed, and may change. */
export const editPictureAsSet =
  (settingsNow: () => Promise<z.input<typeof EditSettings>>, tools?: Tools): EditPicture =>
  async (request) =>
    editPicture(editingOf(await settingsNow()), tools)(request);
