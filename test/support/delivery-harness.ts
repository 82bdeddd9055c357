import type { Access } from '#lib/delivery/access.ts';
import { coalescing, limiting } from '#lib/delivery/coalesce.ts';
import { deliver } from '#lib/delivery/deliver.ts';
import { findVariant, type VariantRequest } from '#lib/delivery/find-variant.ts';
import { listPresets, PresetsSetting } from '#lib/delivery/preset.ts';
import type { RenderPlan, RenderVariant } from '#lib/delivery/render.ts';
import type { Image } from '#lib/images/image.ts';
import { appHarness } from './app-harness.ts';

/** Delivery with in-memory adapters and an image that is done; each rendering names its source. */
export const deliveryHarness = async (given: { access?: Access; presets?: string } = {}) => {
  const { access = { kind: 'public' }, presets = 'large:2048;card:cover,400x300' } = given;
  const app = appHarness({ captions: false });
  const renders: (RenderPlan & { from: string })[] = [];
  const render: RenderVariant = async ({ bytes, metadata }, plan) => {
    renders.push({ ...plan, from: `${metadata.format} of ${Buffer.from(bytes)}` });
    return { bytes: Buffer.from(`${plan.width}x${plan.height}`), contentType: 'image/test' };
  };
  const deps = {
    ...app.deps,
    presets: listPresets(app.deps.sizes, PresetsSetting.parse(presets)),
    access: async () => access,
    render,
    coalesce: coalescing(),
    limit: limiting(2),
  };
  const uploaded = await app.upload('a photo');
  await app.register(uploaded.key);
  await app.finish();

  const find = (imageId: string, preset: string, more: Partial<VariantRequest> = {}) =>
    findVariant({ imageId, preset, v: '', e: '', s: '', ...more }, deps);
  return {
    app,
    deps,
    renders,
    imageId: uploaded.imageId,
    find,
    get: async (imageId: string, preset: string, more: Partial<VariantRequest> = {}) =>
      deliver(await find(imageId, preset, more), deps),
    /** Changes the stored record, whatever its state. */
    change: async (imageId: string, part: Partial<Image>) => {
      const record = await deps.images.find(imageId);
      if (!record) throw new Error('There is no such image.');
      await deps.images.save(record, { ...record.image, ...part });
    },
  };
};
