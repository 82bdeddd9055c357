import { expect, it } from 'vitest';
import { Settings } from '#lib/settings.ts';
import { defaultUserAgent } from '#lib/user-agent.ts';
import { version } from '#lib/version.ts';

it('the default User-Agent names the release, and the public address where there is one', () => {
  expect(defaultUserAgent()).toBe(`Darkroom/${version}`);
  expect(defaultUserAgent('https://pictures.example')).toBe(
    `Darkroom/${version} (+https://pictures.example)`,
  );
});

it.each(['Shop\r\nx-injected: 1', 'Größe', 'x'.repeat(257)])(
  'USER_AGENT=%j is refused at start',
  (userAgent) => {
    expect(Settings.safeParse({ USER_AGENT: userAgent })).toMatchObject({
      success: false,
      error: {
        issues: [{ path: ['USER_AGENT'], message: 'must be at most 256 characters of ASCII' }],
      },
    });
  },
);
