import type { Page } from 'playwright-core';
import { dropFiles } from './browser.ts';
import { anImageView, fakeImageId, someStats } from './browser-answers.ts';
import { aBatchView, aCancelledBatch, someFaults } from './browser-answers-batches.ts';
import { fakeApi } from './browser-gallery.ts';
import type { Answer, PageRequest } from './browser-host.ts';

type Api = (request: PageRequest) => Answer;
type State = {
  hash?: string;
  api?: Api;
  /** Goes there, and waits until it is there. */
  waitUntilShown: (page: Page) => Promise<unknown>;
};

const some = fakeApi(42);
const csv = (name: string) => [
  { name, type: 'text/csv', bytes: Buffer.from('S. No.,Product Name') },
];
const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor();

const choose = async (page: Page, ...names: string[]) => {
  for (const name of names) await page.getByRole('checkbox', { name: `Select ${name}` }).click();
};

/** Every state of the gallery, by what it is, and how to get there. */
export const galleryStates: Record<string, State> = {
  'the empty sheet': {
    api: (request) =>
      request.path === 'api/stats' ? { data: someStats({ total: 0 }) } : { data: [] },
    waitUntilShown: (page) => heading(page, 'No pictures yet'),
  },
  'the sheet that is loading': {
    api: () => 'waits',
    waitUntilShown: (page) => page.getByRole('status', { name: 'Loading pictures' }).waitFor(),
  },
  'the sheet that could not be loaded': {
    api: () => ({ status: 500, error: 'The server could not answer.' }),
    waitUntilShown: (page) => heading(page, 'The pictures could not be loaded'),
  },
  'an unreachable server': {
    api: () => 'breaks',
    waitUntilShown: (page) => page.getByText('Darkroom cannot be reached. This page').waitFor(),
  },
  'a browser that is offline': {
    waitUntilShown: async (page) => {
      await page.locator('.sheet-end').getByText('42 pictures').waitFor();
      await page.context().setOffline(true);
      await page.getByText('Darkroom cannot be reached. This page').waitFor();
    },
  },
  'an API key that is wanted': {
    api: () => ({ status: 403, error: 'The API key is missing or wrong.' }),
    waitUntilShown: (page) => page.getByLabel('API key').waitFor(),
  },
  'a sheet, sorted and up to a day': {
    hash: '#pictures?sort=taken&to=2020-01-01',
    waitUntilShown: async (page) => {
      await page.getByRole('button', { name: 'Sort and filter, 2 set' }).click();
      await page.getByRole('button', { name: 'Show newer pictures' }).waitFor();
      await page.locator('.sheet-end').getByText('41 pictures').waitFor();
    },
  },
  'failed pictures by their reasons': {
    hash: '#pictures?status=failed',
    waitUntilShown: (page) => page.getByRole('region', { name: 'Reasons' }).waitFor(),
  },
  'a deletion that may be undone': {
    waitUntilShown: async (page) => {
      await page.getByRole('button', { name: 'Open picture-3.jpg' }).focus();
      await page.keyboard.press('Delete');
      await page.getByRole('button', { name: 'Undo' }).waitFor();
    },
  },
  'a sheet, with some chosen': {
    waitUntilShown: async (page) => {
      await choose(page, 'picture-0.jpg', 'picture-3.jpg', 'picture-4.jpg');
      await page.getByText('3 selected').waitFor();
      await page.locator('.sheet-end').getByText('42 pictures').waitFor();
    },
  },
  'a filter without pictures': {
    api: (request) => (request.query.get('status') ? { data: [] } : some(request)),
    waitUntilShown: async (page) => {
      await page.getByRole('button', { name: /^Queued/ }).click();
      await heading(page, 'No picture is queued now');
    },
  },
  'uploads, one of them refused': {
    waitUntilShown: async (page) => {
      await dropFiles(page, [{ name: 'notes.txt', type: 'text/plain', bytes: Buffer.from('x') }]);
      await page.getByText('text/plain is not a type we read').waitFor();
    },
  },
  'an open picture': {
    hash: `#pictures/${fakeImageId(3)}`,
    waitUntilShown: async (page) => {
      await page.getByText('All 3 tags').click();
      await page.locator('dialog shown-picture.is-sharp').waitFor();
    },
  },
  'a caption and a focal point that are being set': {
    hash: `#pictures/${fakeImageId(3)}`,
    waitUntilShown: async (page) => {
      await page.getByRole('button', { name: 'Focal point' }).click();
      await page.getByRole('slider', { name: 'From the top' }).waitFor();
      await page.getByRole('button', { name: 'Edit the caption' }).click();
      await page.getByRole('textbox', { name: 'Caption' }).waitFor();
    },
  },
  'an open picture that failed': {
    hash: `#pictures/${fakeImageId(2)}`,
    waitUntilShown: (page) => page.getByText('No picture could be made of this file').waitFor(),
  },
  'an open picture that cannot be tried again': {
    hash: `#pictures/${fakeImageId(2)}`,
    api: (request) =>
      request.path.endsWith('/retry') ? { status: 409, error: 'It is at work.' } : some(request),
    waitUntilShown: async (page) => {
      const dialog = page.getByRole('dialog', { name: 'picture-2.jpg' });
      await dialog.getByRole('button', { name: 'Retry failed and skipped steps' }).click();
      await dialog.getByRole('status', { name: 'Notices' }).getByText('It is at work.').waitFor();
    },
  },
  'an open picture that an edit made': {
    hash: `#pictures/${fakeImageId(2)}`,
    api: (request) => {
      const made = anImageView(2, { source: 'edit', original_name: 'made.jpg' });
      if (request.path === 'api/images') return { data: [made] };
      return request.path === `api/images/${fakeImageId(2)}` ? { data: made } : some(request);
    },
    waitUntilShown: async (page) => {
      const dialog = page.getByRole('dialog', { name: 'made.jpg' });
      await dialog.getByText('“Make it look like a rainy evening”').waitFor();
      await dialog.getByRole('slider', { name: /^Divide between before/ }).press('ArrowRight');
    },
  },
  'a picture that is not there': {
    hash: `#pictures/${'z'.repeat(26)}`,
    waitUntilShown: (page) => heading(page, 'This picture could not be opened'),
  },
  batches: {
    hash: '#batches',
    waitUntilShown: (page) => page.getByRole('link', { name: 'autumn-catalogue.csv' }).waitFor(),
  },
  'a CSV that is right': {
    waitUntilShown: async (page) => {
      await dropFiles(page, csv('right.csv'));
      await page.getByRole('button', { name: 'Start the batch' }).waitFor();
    },
  },
  'a CSV with faults': {
    api: (request) =>
      request.method === 'POST'
        ? { status: 422, error: 'The file has 2 faults.', data: someFaults }
        : some(request),
    waitUntilShown: async (page) => {
      await dropFiles(page, csv('wrong.csv'));
      await page.getByRole('cell', { name: /ftp:.* is not an http/ }).waitFor();
      await page.getByText('no column for the serial number').waitFor();
    },
  },
  'a batch': {
    hash: '#batches/0d4e2f4e-6a3c-4a51-9a53-0d6f6f1f2c11',
    waitUntilShown: async (page) => {
      await page.getByRole('button', { name: 'Download the failed rows' }).waitFor();
      await page.getByRole('button', { name: 'Deliver again' }).waitFor();
      await page.getByText('The receiver answered 503.').waitFor();
      const rows = page.getByRole('listitem').filter({ has: page.locator('.product-name') });
      await rows.first().getByText('Linen apron').waitFor(); // the one that failed
      await page.getByRole('button', { name: 'failed', exact: true }).click();
      await page.getByText('Enamel mug, cream').waitFor({ state: 'detached' });
    },
  },
  'a running batch that is cancelled': {
    hash: '#batches/0d4e2f4e-6a3c-4a51-9a53-0d6f6f1f2c11',
    api: (request) => {
      if (request.method === 'DELETE') return { status: 202, data: aBatchView() };
      return request.path.startsWith('api/batches/')
        ? { data: aBatchView({ status: 'processing', message: '1 of 4 images are processed.' }) }
        : some(request);
    },
    waitUntilShown: async (page) => {
      await page.getByRole('button', { name: 'Cancel the batch' }).click();
      await page.getByText('The batch is being cancelled. What is done stays.').waitFor();
    },
  },
  'a cancelled batch': {
    hash: '#batches/0d4e2f4e-6a3c-4a51-9a53-0d6f6f1f2c11',
    api: (request) =>
      request.path.startsWith('api/batches/')
        ? aCancelledBatch(request.query.get('cursor'))
        : some(request),
    waitUntilShown: async (page) => {
      // What was cancelled is on the second page.
      await page.getByRole('button', { name: 'cancelled', exact: true }).click();
      await page.getByText('before this picture was processed').waitFor();
      await page.getByText('Enamel mug, cream').waitFor({ state: 'detached' });
    },
  },
  'edits before any picture is chosen': {
    hash: '#edits',
    waitUntilShown: (page) => heading(page, 'Edit with words'),
  },
  'edits of chosen pictures': {
    waitUntilShown: async (page) => {
      await choose(page, 'picture-3.jpg', 'picture-4.jpg');
      await page.getByRole('button', { name: 'Edit' }).click();
      await page.getByLabel('Describe the change').fill('Make it rain');
      await page.getByRole('button', { name: 'Start the edit' }).click();
      await page.getByText('The provider refused the prompt.').waitFor();
      await page.getByText('Edits are made by openai, gpt-image-1.').waitFor();
      await page.getByRole('button', { name: 'Compare' }).click();
      await page.getByRole('slider', { name: /^Divide between before/ }).press('ArrowLeft');
    },
  },
  'edits without a provider': {
    api: (request) =>
      request.path === 'api/health'
        ? { data: { edits: { ok: false, reason: 'Set OPENAI_API_KEY to edit pictures.' } } }
        : some(request),
    waitUntilShown: async (page) => {
      await choose(page, 'picture-3.jpg');
      await page.getByRole('button', { name: 'Edit' }).click();
      await page.getByText('Set OPENAI_API_KEY to edit pictures.').waitFor();
      await page.locator('button:disabled').getByText('Start the edit').waitFor();
    },
  },
  webhooks: {
    hash: '#webhooks',
    waitUntilShown: async (page) => {
      await page.getByRole('heading', { name: 'https://shop.example/hooks/darkroom' }).waitFor();
      await page.getByText('Its receiver answered 410: it wants no more webhooks.').waitFor();
      await page.getByText('The receiver answered 503.').waitFor();
    },
  },
  'no webhook and no batch yet': {
    hash: '#webhooks',
    api: ({ path, ...rest }) =>
      /^api\/(webhooks|batches)$/.test(path) ? { data: [] } : some({ path, ...rest }),
    waitUntilShown: async (page) => {
      await page.getByText('There is no webhook yet.').waitFor();
      await page.getByRole('link', { name: 'Batches' }).click();
      await page.getByText('There is no batch yet.').waitFor();
    },
  },
  'stats that could not be loaded': {
    hash: '#stats',
    api: () => ({ status: 500, error: 'The server could not answer.' }),
    waitUntilShown: (page) => heading(page, 'The counters could not be loaded'),
  },
  stats: {
    hash: '#stats',
    waitUntilShown: (page) =>
      page
        .getByRole('img', { name: /From upload to thumbnail, newest 40 pictures: half within/ })
        .waitFor(),
  },
};
