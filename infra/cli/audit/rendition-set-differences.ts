import type { StoredRecords } from './stored-records.ts';

/** A content counts the images that show it, and there is one for whatever an image shows. */
export const renditionSetDifferences = ({
  images,
  renditionSets,
}: Pick<StoredRecords, 'images' | 'renditionSets'>): string[] => {
  const shown = new Map<string, string[]>();
  for (const { image } of images) {
    if (image.deleted || !image.renditionSet) continue;
    const name = nameOf(image.renditionSet);
    shown.set(name, [...(shown.get(name) ?? []), image.imageId]);
  }
  const known = new Map(
    renditionSets.map((renditionSet) => [nameOf(renditionSet), renditionSet.refs]),
  );
  const missing = [...shown]
    .filter(([name]) => !known.has(name))
    .map(([name, ids]) => `${ids.join(', ')}: there is no content ${name} for what it shows.`);
  const miscounted = [...known].flatMap(([name, refs]) => {
    const showing = shown.get(name)?.length ?? 0;
    return refs === showing
      ? []
      : [`The content ${name} counts ${refs} images; ${showing} show it.`];
  });
  return [...missing, ...miscounted];
};

const nameOf = ({ renditionSetId, owner }: { renditionSetId: string; owner: string }) =>
  `${renditionSetId} of ${owner}`;
