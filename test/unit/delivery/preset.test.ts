import { describe, expect, test } from 'vitest';
import { describePreset, ladder, listPresets, PresetsSetting } from '#lib/delivery/preset.ts';

const parse = (text: string) => PresetsSetting.safeParse(text);

describe('presets', () => {
  test('the preset setting gives a longest side, or a box to cover, each optionally with a quality', () => {
    expect(PresetsSetting.parse('large:2048; card:cover,400x300,q=60;tiny:16,q=1')).toEqual([
      { name: 'large', fit: 'inside', longestSide: 2048 },
      { name: 'card', fit: 'cover', width: 400, height: 300, quality: 60 },
      { name: 'tiny', fit: 'inside', longestSide: 16, quality: 1 },
    ]);
  });

  test('an empty preset setting, or an extra semicolon in it, is allowed', () => {
    expect(PresetsSetting.parse('')).toEqual([]);
    expect(PresetsSetting.parse(' large:2048 ; ')).toHaveLength(1);
  });

  test.each([
    'large',
    'large:',
    'large:15',
    'large:4097',
    'Large:200',
    'card:cover,400',
    'card:cover,400x8',
    'card:400x300',
    'card:cover,400x300,q=0',
    'card:cover,400x300,q=101',
    'card:cover,400x300,60',
    'large:2048,card:200',
  ])('a preset setting of %s is refused with an example', (text) => {
    const { error } = parse(text);
    expect(error?.issues[0]?.message).toContain('large:2048; card:cover,400x300,q=60');
  });

  test('a preset name is unique, and those of the srcset widths and of batches are reserved', () => {
    expect(parse('a:200;a:300').success).toBe(false);
    expect(parse('w800:200').success).toBe(false);
    expect(parse('optimized:200').success).toBe(false);
    expect(parse('w801:200').success).toBe(true);
  });

  test('the list of presets holds the sizes of ingest, the presets, the srcset widths and optimized, and no more', () => {
    const presets = listPresets(
      [{ name: 'small', longestSide: 200 }],
      PresetsSetting.parse('a:300'),
    );
    expect([...presets.keys()]).toEqual([
      'small',
      'a',
      ...ladder.map(({ name }) => name),
      'optimized',
    ]);
    expect(ladder.map(({ width }) => width)).toEqual([
      160, 320, 480, 640, 800, 1080, 1280, 1600, 1920, 2560, 3840,
    ]);
  });

  test('a preset with the name of a size of ingest is refused at start', () => {
    const sizes = [{ name: 'small', longestSide: 200 }];
    expect(() => listPresets(sizes, PresetsSetting.parse('small:300'))).toThrow(
      'small is given twice',
    );
    expect(() => listPresets([{ name: 'w800', longestSide: 200 }], [])).toThrow('w800');
  });

  test('two preset definitions are equal exactly when they render the same', () => {
    const of = (text: string) => {
      const [preset] = PresetsSetting.parse(text);
      return preset && describePreset(preset);
    };
    expect(of('a:300')).toBe(of('b:300'));
    const different = [
      'a:300',
      'a:301',
      'a:300,q=80',
      'a:300,q=81',
      'a:cover,300x300',
      'a:cover,300x301',
    ];
    expect(new Set(different.map(of)).size).toBe(different.length);
  });
});
