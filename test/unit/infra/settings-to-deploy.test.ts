import { describe, expect, it } from 'vitest';
import { refuseWrongSettings } from '#infra/deploy/settings-to-deploy.ts';

describe('packaging', () => {
  it('refuses settings that every function would fail on', () => {
    expect(() => refuseWrongSettings({ THUMBNAIL_SIZES: 'huge' })).toThrow(
      'THUMBNAIL_SIZES=huge: must look like small:200,medium:800',
    );
    expect(() => refuseWrongSettings({ THROTTLE_RATE: '0' })).toThrow(
      'THROTTLE_RATE=0: must be a whole number from 1 to 10000',
    );
    expect(() =>
      refuseWrongSettings({ THUMBNAIL_SIZES: '', CAPTION_PROVIDER: 'none', THROTTLE_BURST: '200' }),
    ).not.toThrow();
  });
});
