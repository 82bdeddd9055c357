/**
 * Who serves image-to-image behind Hugging Face's router and answers in a way that is read here:
 * fal through its queue, the others at once. The first is asked where EDIT_MODEL names none.
 */
export const routerPartners = ['fal-ai', 'together', 'hf-inference'] as const;
export type RouterPartner = (typeof routerPartners)[number];

/** The provider in a model's name as the router's users write it: `Qwen/Qwen-Image-Edit:fal-ai`. */
export const partnerIn = (model: string): string | undefined => model.match(/:([a-z0-9-]+)$/)?.[1];

export const isRouterPartner = (name: string): name is RouterPartner =>
  routerPartners.some((partner) => partner === name);
