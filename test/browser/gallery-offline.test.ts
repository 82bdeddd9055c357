import { describe, expect, it } from 'vitest';
import { chromiumPath, needsChromium } from '#test/support/browser.ts';
import { fakeApi } from '#test/support/browser-gallery.ts';
import type { Answer } from '#test/support/browser-host.ts';
import { sharePageHost } from '#test/support/shared-page-host.ts';

const some = fakeApi(42);
/** What a proxy says by itself. */
const badGateway = {
  status: 502,
  type: 'text/html',
  bytes: Buffer.from('<h1>502 Bad Gateway</h1>'),
};
const stepMs = 250;

describe.skipIf(!chromiumPath)(needsChromium('the gallery without its server'), () => {
  const gallery = sharePageHost(some);

  it.each<[string, Answer]>([
    ['that has ended', 'breaks'],
    ['behind a proxy that cannot reach it', badGateway],
  ])('says within 5 s that a server %s is gone, and when it is back', async (_, answer) => {
    gallery.host.answerWith(some);
    const { page, close } = await gallery.openPage();
    await page.clock.install();
    await page.goto(gallery.host.url);
    await page.locator('.sheet-end').getByText('42 pictures').waitFor();
    await page.clock.pauseAt(Date.now() + 3_600_000);

    gallery.host.answerWith(() => answer);
    gallery.host.endConnections();
    const banner = page.getByRole('alert').getByText('Darkroom cannot be reached.');
    let passedMs = 0;
    /** On the clock of the page, which stands still otherwise: a slow machine changes nothing. */
    const countAfter = async (ms: number) => {
      await page.clock.runFor(ms);
      passedMs += ms;
      return banner.count();
    };
    await expect.poll(() => countAfter(stepMs), { timeout: 20_000, interval: 200 }).toBe(1);
    expect(passedMs).toBeLessThanOrEqual(5000);
    expect(await page.locator('.tile').count()).toBeGreaterThan(0);

    gallery.host.answerWith(some);
    await expect.poll(() => countAfter(5000), { timeout: 20_000 }).toBe(0);
    await close();
  });
});
