import { z } from 'zod';
import { askProvider, jsonOf, type Tools } from './ask-provider.ts';
import { type Provider, ProviderRefusal } from './provider.ts';

const Generated = z.object({ generated_text: z.string() });
const Answer = z.union([Generated, z.array(Generated).min(1)]);

/**
 * What a dedicated Hugging Face endpoint that runs BLIP (task image-to-text) says about a JPEG: the
 * bytes go as they are, `[{generated_text}]` or `{generated_text}` comes back. Throws as
 * askProvider does.
 */
export const askBlip = async (
  provider: Provider,
  jpeg: Uint8Array,
  tools: Tools,
): Promise<string> => {
  const body = new Uint8Array(jpeg);
  const text = await askProvider(provider, { contentType: 'image/jpeg', body }, tools);
  const answer = Answer.safeParse(jsonOf(provider, text));
  if (!answer.success)
    throw new ProviderRefusal(
      `${provider.label} gave an answer that holds no caption. Check that ${provider.settings.baseUrl} is an image-to-text endpoint.`,
    );
  const [first] = [answer.data].flat();
  return first?.generated_text ?? '';
};
