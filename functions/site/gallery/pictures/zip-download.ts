import { Zip, ZipPassThrough } from 'fflate';
import { request, toMessage } from '../parts/api.ts';
import { formatCount } from '../parts/format.ts';
import { notify } from '../parts/notices.ts';
import { saveBlob } from '../parts/save-file.ts';
import type { Picture } from './collection.ts';
import { largestLink } from './links.ts';
import { uniqueNames } from './zip-names.ts';

export type DownloadKind = 'originals' | 'copies';

/** A zip without ZIP64 records ends here: 4 GB. */
const maxBytes = 2 ** 32 - 1;

const findSource = async (picture: Picture, kind: DownloadKind): Promise<string | undefined> => {
  if (kind === 'copies') return withFormat(largestLink(picture), 'jpg');
  if (picture.file_url === null) return undefined;
  return (await request<{ url: string }>(`api/images/${picture.image_id}/original`)).data.url;
};

/** A delivery link that answers in one format, whatever the browser accepts. */
const withFormat = (link: string | undefined, extension: string): string | undefined => {
  if (link === undefined) return undefined;
  const url = new URL(link);
  url.pathname = `${url.pathname}.${extension}`;
  return url.href;
};

const entryName = ({ original_name: name }: Picture, kind: DownloadKind): string =>
  kind === 'originals' ? name : `${name.replace(/\.[^.]*$/, '')}.jpg`;

/** By a reader, since not every browser can iterate over a stream. */
const readChunks = async (
  body: ReadableStream<Uint8Array>,
  onChunk: (chunk: Uint8Array) => void,
): Promise<void> => {
  const reader = body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) onChunk(read.value);
};

/** The bytes of a zip as they are made: each file is read while it is written, one after another. */
const zipStream = (
  pictures: readonly Picture[],
  kind: DownloadKind,
  onFailed: (picture: Picture, error: unknown) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> => {
  const names = uniqueNames(pictures.map((picture) => entryName(picture, kind)));
  let index = 0;
  let zip: Zip;
  const addNext = async (picture: Picture, name: string) => {
    const url = await findSource(picture, kind);
    if (url === undefined) throw new Error('there is no such file');
    const response = await fetch(url);
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    const entry = new ZipPassThrough(name);
    entry.mtime = picture.uploaded_at;
    zip.add(entry);
    try {
      await readChunks(response.body, (chunk) => entry.push(chunk));
    } finally {
      entry.push(new Uint8Array(), true); // an entry that is not ended would break the whole zip
    }
  };
  return new ReadableStream({
    start(controller) {
      zip = new Zip((error, chunk, isLast) => {
        if (error) return controller.error(error);
        controller.enqueue(new Uint8Array(chunk));
        if (isLast) controller.close();
      });
    },
    async pull() {
      const at = index++;
      const picture = pictures[at];
      if (!picture) return zip.end();
      await addNext(picture, names[at] ?? picture.image_id).catch((error: unknown) =>
        onFailed(picture, error),
      );
    },
  });
};

/** Where the browser lets a page write a file, the zip goes to the disk; elsewhere into a blob. */
const save = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>, name: string) => {
  const picker = 'showSaveFilePicker' in window ? window.showSaveFilePicker : undefined;
  if (typeof picker !== 'function') return saveBlob(await new Response(stream).blob(), name);
  const handle: FileSystemFileHandle = await picker({ suggestedName: name });
  await stream.pipeTo(await handle.createWritable());
};

/** Downloads these pictures as one zip, originals or JPEG copies. */
export const downloadZip = async (
  pictures: readonly Picture[],
  kind: DownloadKind,
): Promise<void> => {
  const sizeBytes = pictures.reduce((sum, { metadata }) => sum + (metadata.size_bytes ?? 0), 0);
  if (kind === 'originals' && sizeBytes > maxBytes) {
    notify('A zip can hold 4 GB. Select fewer pictures.', { isError: true });
    return;
  }
  const failed: string[] = [];
  const stream = zipStream(pictures, kind, ({ original_name: name }) => failed.push(name));
  try {
    await save(stream, `darkroom-${kind}.zip`);
    if (failed.length < pictures.length)
      notify(`Downloaded ${formatCount(pictures.length - failed.length, 'picture')}.`);
    if (failed.length > 0)
      notify(`Not in the zip: ${failed.slice(0, 3).join(', ')}${failed.length > 3 ? ' …' : ''}`, {
        isError: true,
      });
  } catch (error) {
    const isCancelled = error instanceof DOMException && error.name === 'AbortError';
    if (!isCancelled) notify(toMessage(error), { isError: true });
  }
};
