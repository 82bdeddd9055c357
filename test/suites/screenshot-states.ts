import type { Page } from 'playwright-core';
import { dropFiles } from '#test/support/browser.ts';
import { anImageView, fakeImageId, someStats } from '#test/support/browser-answers.ts';
import { fakeApi } from '#test/support/browser-gallery.ts';
import { galleryStates } from '#test/support/browser-states.ts';

const some = fakeApi(42);
const sheet = (page: Page) => page.locator('shown-picture.is-sharp').nth(2).waitFor();
const longName = 'IMG_20261120_104233_a_very_long_name_that_somebody_gave_it_by_hand_final(2).jpeg';

/** The states of galleryStates, and others that differ by what they look like. */
export const screenshotStates: typeof galleryStates = {
  ...galleryStates,
  'the sheet': { waitUntilShown: sheet },
  'the sheet with many pictures': {
    api: (request) =>
      request.path === 'api/stats'
        ? { data: someStats({ total: 1_234_567, done: 1_230_000, failed: 4567 }) }
        : fakeApi(400)(request),
    waitUntilShown: sheet,
  },
  'the sheet with filters open': {
    hash: '#pictures?source=presigned&from=2026-11-16',
    waitUntilShown: async (page) => {
      await sheet(page);
      await page.getByRole('button', { name: /^Sort and filter/ }).click();
      await page.getByLabel('Source').waitFor();
    },
  },
  'uploads under way': {
    api: (request) => (request.path === 'api/uploads' ? 'waits' : some(request)),
    waitUntilShown: async (page) => {
      await sheet(page);
      const jpeg = Buffer.from([0xff, 0xd8, 0xff]);
      const names = [longName, 'beach.jpg', 'hill.jpg', 'IMG_0001.jpg', 'IMG_0002.jpg'];
      await dropFiles(
        page,
        names.map((name) => ({ name, type: 'image/jpeg', bytes: jpeg })),
      );
      await page.getByText('Uploading 1 of 5').waitFor();
    },
  },
  'an open picture that is zoomed': {
    hash: `#pictures/${fakeImageId(3)}`,
    waitUntilShown: async (page) => {
      await page.locator('dialog shown-picture.is-sharp').waitFor();
      for (let press = 0; press < 3; press++) await page.keyboard.press('+');
      await page.locator('.is-zoomed').waitFor();
    },
  },
  'an open picture with a long name, of which little is known': {
    hash: `#pictures/${fakeImageId(0)}`,
    api: (request) => {
      const unknown = { original_name: longName, exif: null, taken_at: null, caption: null };
      const picture = anImageView(0, unknown);
      if (request.path === 'api/images') return { data: [picture] };
      return request.path === `api/images/${fakeImageId(0)}` ? { data: picture } : some(request);
    },
    waitUntilShown: (page) => page.locator('dialog shown-picture.is-sharp').waitFor(),
  },
  'an open picture on the map': {
    hash: `#pictures/${fakeImageId(3)}`,
    waitUntilShown: async (page) => {
      await page.locator('dialog shown-picture.is-sharp').waitFor();
      await page.getByText('Copy coordinates').scrollIntoViewIfNeeded();
    },
  },
  'the history of edits': {
    hash: '#edits',
    waitUntilShown: (page) => page.getByText('The provider refused the prompt.').waitFor(),
  },
  'stats before the first picture': {
    hash: '#stats',
    api: (request) => {
      const none = { total: 0, queued: 0, processing: 0, done: 0, failed: 0, success: 0, bytes: 0 };
      if (request.path === 'api/stats') return { data: someStats(none) };
      return request.path === 'api/images' ? { data: [] } : some(request);
    },
    waitUntilShown: (page) => page.getByRole('heading', { name: 'Stats' }).waitFor(),
  },
  settings: {
    waitUntilShown: async (page) => {
      await sheet(page);
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    },
  },
  'keyboard shortcuts': {
    waitUntilShown: async (page) => {
      await sheet(page);
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    },
  },
  'a key was wrong': {
    api: () => ({ status: 403, error: 'Forbidden' }),
    waitUntilShown: async (page) => {
      await page.getByRole('dialog').getByLabel('API key').fill('wrong');
      await page.keyboard.press('Enter');
      await page.getByText('That key was not accepted.').waitFor();
    },
  },
};
