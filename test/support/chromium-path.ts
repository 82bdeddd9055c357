import { existsSync } from 'node:fs';

const usualPlaces = [
  process.env['CHROMIUM_PATH'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Where a browser is; undefined where there is none, and tests of pages cannot run. */
export const chromiumPath = usualPlaces.find((path) => path !== '' && existsSync(path));
