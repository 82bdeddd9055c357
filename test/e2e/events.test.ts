import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EventView } from '#lib/http/event-view.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { theClient } from './client.ts';

const darkroom = theClient();

const readEvents = async (query: string) => {
  const { status, error, data, page } = await darkroom.json(`/api/events?${query}`);
  expect({ status, error }).toEqual({ status: 200, error: null });
  return { events: z.array(EventView).parse(data), next: page?.next_cursor ?? '' };
};

/** Reads on from a cursor until there is an event of this image of this type. */
const waitForEvent = async (after: string, imageId: string, type: string) => {
  for (let cursor = after; ; ) {
    const { events, next } = await readEvents(`${cursor && `after=${cursor}&`}wait=20`);
    expect(events, 'nothing happened for 20 seconds').not.toEqual([]);
    const found = events.find((event) => event.type === type && event.data.image_id === imageId);
    if (found) return { found, next };
    cursor = next;
  }
};

describe('events', () => {
  // Tried again, because another process may have this machine's CPUs for a second.
  it('announce an image that is done within two seconds, then its deletion', {
    retry: 2,
  }, async () => {
    const { next: start } = await readEvents('after=now');
    const bytes = await drawnJpeg({ seed: 8100 });
    const { image_id } = await darkroom.uploadOne({ name: 'announced.jpg', bytes });

    const { found, next } = await waitForEvent(start, image_id, 'image.done');
    const announcedAt = Date.now();
    await darkroom.json(`/api/images/${image_id}`, { method: 'DELETE' });
    const { found: deletion } = await waitForEvent(next, image_id, 'image.deleted');

    const record = { image_id, status: 'done', error: null, error_code: null };
    expect(found).toMatchObject({ event_id: expect.stringMatching(/^evt_/), data: record });
    expect(announcedAt - Date.parse(found.at)).toBeLessThan(darkroom.scaleTimeout(2000));
    expect(deletion.data).toEqual({ ...record, status: 'deleted' });
  });

  it('of the last day come again from the beginning, in pages of any size', async () => {
    const { image_id, error } = (
      await darkroom.upload([{ name: 'no-picture.jpg', bytes: Buffer.from('nothing') }])
    ).data as { image_id: string; error: string };

    const { found, next } = await waitForEvent('', image_id, 'image.failed');

    expect(found.data).toMatchObject({ status: 'failed', error });
    const ids: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await readEvents(`limit=3${cursor && `&after=${cursor}`}`);
      ids.push(...page.events.map(({ event_id }) => event_id));
      expect(page.events.length).toBeLessThanOrEqual(3);
      if (ids.includes(found.event_id)) break;
      cursor = page.next;
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(next).not.toBe('');
  });

  it.each([
    ['after=here', /after is not a cursor/],
    ['after=WyJldmVudHMiLDk5OTk5OTk5LDBd', /are not stored any more/],
    ['wait=21', /parameter wait must be at most 20/],
    ['limit=0', /parameter limit must be/],
  ])('refuse %s with a sentence', async (query, sentence) => {
    const { status, error } = await darkroom.json(`/api/events?${query}`);

    expect(status).toBe(400);
    expect(error).toMatch(sentence);
  });
});
