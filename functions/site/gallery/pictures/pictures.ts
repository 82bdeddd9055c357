import { request, resolveUrl } from '../parts/api.ts';
import { requestRender } from '../parts/render.ts';
import { findPreview } from '../uploads/previews.ts';
import { type Picture, pictureCollection } from './collection.ts';
import { toParameters } from './filter.ts';

/** The pictures of this page. */
export const pictures = pictureCollection({
  onChange: requestRender,
  list: ({ limit, cursor, filter }) => {
    const query = new URLSearchParams({
      limit: String(limit),
      ...(cursor && { cursor }),
      ...toParameters(filter),
    });
    return request<Picture[]>(`api/images?${query}`);
  },
});

export const getPicture = async (id: string): Promise<Picture> =>
  (await request<Picture>(`api/images/${id}`)).data;

/**
 * A link of a record as a path below this page. The origin in the record is the server's, which a
 * proxy or PUBLIC_URL may make another than the one of this page.
 */
export const toPath = (link: string): string =>
  link.slice(link.search(/\/(api|i\/[a-z2-7]{26})\//) + 1);

/** The rendition with the requested name, else the last one: the operator chooses the sizes. */
export const thumbnailPath = ({ thumbnails }: Picture, size: 'small' | 'medium') => {
  const links = Object.values(thumbnails);
  const link = thumbnails[size] ?? (size === 'small' ? links[0] : links.at(-1));
  return link === undefined ? undefined : toPath(link);
};

/** The `srcset` of a record with URLs of this page; undefined while there is none. */
export const toSrcset = ({ srcset }: Picture): string | undefined =>
  srcset
    ?.split(', ')
    .map((candidate) => {
      const [link = '', width = ''] = candidate.split(' ');
      return `${resolveUrl(toPath(link))} ${width}`;
    })
    .join(', ');

/** Width divided by height; of the local preview while the server has not read the file. */
export const toRatio = ({ image_id: id, metadata: { width, height } }: Picture) =>
  width && height ? width / height : findPreview(id)?.ratio;
