export const stepNames = ['thumbnails', 'exif', 'caption'] as const;
export type StepName = (typeof stepNames)[number];

export const stepWords: Record<StepName, string> = {
  thumbnails: 'Thumbnails',
  exif: 'EXIF',
  caption: 'Caption',
};
