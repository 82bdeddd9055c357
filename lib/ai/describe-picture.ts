import type { z } from 'zod';
import type { Describe } from '#lib/images/caption.ts';
import type { Tools } from './ask-provider.ts';
import { askBlip } from './blip-endpoint.ts';
import { type CaptionProvider, type CaptionSettings, captioningOf } from './caption-settings.ts';
import { askInChat } from './chat-completion.ts';
import { plainSentenceOf } from './plain-sentence.ts';
import { ProviderRefusal } from './provider.ts';

const asking = { chat: askInChat, blip: askBlip };

/**
 * Asks a provider for one sentence about a JPEG, once: trying again is the queue's business. Every
 * answer with status 200 that holds no caption is `failed` and not tried again, since it mostly
 * means a wrong address or model, and every try may cost money. A message that was sent before
 * captions were switched off ends as `failed` with the sentence that tells what to set.
 */
export const describePicture =
  (
    provider: CaptionProvider | { skipped: string },
    { now }: Tools = { now: () => new Date() },
  ): Describe =>
  async (jpeg) => {
    if ('skipped' in provider) return { failed: provider.skipped };
    const beganAt = now();
    try {
      const said = await asking[provider.speaks](provider, jpeg, { now });
      const plain = plainSentenceOf(withoutKey(provider, said));
      if ('unusable' in plain) return { failed: `${provider.label} ${plain.unusable}.` };
      return {
        caption: {
          text: plain.sentence,
          provider: provider.provider,
          model: provider.model,
          durationMs: Math.max(0, now().getTime() - beganAt.getTime()),
        },
      };
    } catch (error) {
      if (error instanceof ProviderRefusal) return { failed: error.message };
      throw error;
    }
  };

/** Describes with what is set at that moment: keys are fetched when they are needed, and may change. */
export const describeAsSet =
  (settingsNow: () => Promise<z.input<typeof CaptionSettings>>, tools?: Tools): Describe =>
  async (jpeg) =>
    describePicture(captioningOf(await settingsNow()), tools)(jpeg);

/** A server that quotes our key back says nothing worth keeping. */
const withoutKey = ({ key }: CaptionProvider, said: string): string =>
  key && said.includes(key()) ? '' : said;
