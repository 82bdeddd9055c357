import { tidyText } from './text.ts';

const maxCharacters = 256;
const maxDescriptionCharacters = 1_000;
const maxKeywords = 64;
const maxKeywordCharacters = 256;

/** Text of a field; null where there is none, or none with a letter or digit in it. */
export const textFact = (value: unknown, maxLength: number = maxCharacters): string | null => {
  const text = typeof value === 'string' ? tidyText(value, maxLength) : undefined;
  return text && /[\p{L}\p{N}\p{S}]/u.test(text) ? text : null;
};

/** What cameras write when no lens, or one without a chip, is on them. */
const noLens = /^(0+(\.0+)?\s*(mm)?\s*(f\/?0*(\.0+)?)?|n\/a|none|unknown\b.*)$/i;

export const lensFact = (value: unknown): string | null => {
  const text = textFact(value);
  return text && !noLens.test(text) ? text : null;
};

/** What cameras write into every picture as its description, in place of nothing. */
const noDescription =
  /^((olympus|minolta|konica minolta|kodak|sanyo) digital (still )?camera|sony dsc|digital camera|dcim\\.*|untitled|default)$/i;

export const descriptionFact = (value: unknown): string | null => {
  const text = textFact(value, maxDescriptionCharacters);
  return text && !noDescription.test(text) ? text : null;
};

/** Each keyword once, in the file's order; null where there is none. */
export const keywordsFact = (values: readonly string[]): string[] | null => {
  const texts = values.map((value) => textFact(value, maxKeywordCharacters));
  const keywords = new Set(texts.filter((text) => text !== null));
  return keywords.size > 0 ? [...keywords].slice(0, maxKeywords) : null;
};

/** As large as a field of 32 bits can be: "more than fits", or "unknown". */
const maxNumber = 0xffff_ffff;

/**
 * A measure: a number, or text such as `400`, `1/60` or `f/2.8`. Null for 0, which no camera has
 * as its focal length, aperture, exposure time or sensitivity, and for what cannot be.
 */
export const measureFact = (value: unknown): number | null => {
  const number = typeof value === 'string' ? numberInText(value) : value;
  return typeof number === 'number' && number > 0 && number < maxNumber ? number : null;
};

export const numberInText = (text: string): number | undefined => {
  const found = /^\s*(?:ISO|f\/?)?\s*([+-]?\d{1,12}(?:[.,]\d{1,12})?)(?:\s*\/\s*(\d{1,12}))?/i.exec(
    text,
  );
  if (!found) return undefined;
  const number = Number(found[1]?.replace(',', '.')) / Number(found[2] ?? 1);
  return Number.isFinite(number) ? number : undefined;
};

const maxShort = 65_535; // "more than fits here": EXIF 2.3 has wider tags for it

/** The first that is a sensitivity. */
export const isoFact = (values: readonly unknown[]): number | null => {
  for (const value of values.flat()) {
    const iso = measureFact(value);
    if (iso !== null && iso !== maxShort) return iso;
  }
  return null;
};

const maxApex = 64;

/** APEX (EXIF 3.0, annex C): Tv = -log2(seconds). 0 is what cameras write that do not know. */
export const exposureByApex = (value: unknown): number | null =>
  typeof value === 'number' && value !== 0 && Math.abs(value) < maxApex
    ? rounded(2 ** -value)
    : null;

/** Av = 2 log2(f-number). */
export const fNumberByApex = (value: unknown): number | null =>
  typeof value === 'number' && value > 0 && value < maxApex ? rounded(2 ** (value / 2)) : null;

/** APEX values have few digits, and so have what is computed of them. */
const rounded = (value: number) => Number(value.toPrecision(4));
