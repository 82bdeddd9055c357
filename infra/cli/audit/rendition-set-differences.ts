import type { StoredRecords } from './stored-records.ts';

/** A rendition set counts the images that refer to it, and each reference leads to one. */
export const renditionSetDifferences = ({
  images,
  renditionSets,
}: Pick<StoredRecords, 'images' | 'renditionSets'>): string[] => {
  const references = new Map<string, string[]>();
  for (const { image } of images) {
    if (image.deleted || !image.renditionSet) continue;
    const name = describe(image.renditionSet);
    references.set(name, [...(references.get(name) ?? []), image.imageId]);
  }
  const known = new Map(
    renditionSets.map((renditionSet) => [describe(renditionSet), renditionSet.refs]),
  );
  const missing = [...references]
    .filter(([name]) => !known.has(name))
    .map(([name, ids]) => `${ids.join(', ')}: the rendition set ${name} does not exist.`);
  const miscounted = [...known].flatMap(([name, refs]) => {
    const count = references.get(name)?.length ?? 0;
    return refs === count
      ? []
      : [`The rendition set ${name} counts ${refs} images; ${count} refer to it.`];
  });
  return [...missing, ...miscounted];
};

const describe = ({ renditionSetId, owner }: { renditionSetId: string; owner: string }) =>
  `${renditionSetId} of ${owner}`;
