const mostCharacters = 300;

/** Only the first sentence is kept, and patterns over long texts made to be slow are slow. */
const mostLooked = 2000;

/**
 * Makes one plain sentence, at most 300 characters, of what a model said; or tells why it is none.
 * `unusable` continues a sentence that begins with the provider's name.
 */
export const plainSentenceOf = (said: string): { sentence: string } | { unusable: string } => {
  const answer = withoutThinking(said).trim().slice(0, mostLooked);
  if (!answer) return { unusable: 'gave an empty answer' };
  if (isErrorText(answer)) return { unusable: 'answered with an error instead of a caption' };
  if (isEcho(answer)) return { unusable: 'sent our picture back instead of describing it' };
  if (/^[<{]/.test(answer)) return { unusable: 'answered with something that is no sentence' };

  const text = withoutPreface(withoutMarkup(answer));
  if (sawNoPicture(text))
    return { unusable: 'did not see the picture; its model probably reads text only' };
  if (isRefusal(text)) return { unusable: 'declined to describe this picture' };

  const sentence = cutAt(mostCharacters, withoutQuotes(firstSentenceOf(withoutQuotes(text))));
  if ((sentence.match(/\p{L}/gu) ?? []).length < 3)
    return { unusable: 'answered with something that is no sentence' };
  return { sentence: sentence.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase()) };
};

/** Some models think aloud, and some chat templates swallow the opening tag. */
const withoutThinking = (said: string): string => {
  const answer = said.split(/<\/think(?:ing)?>/i).at(-1) ?? '';
  const [beforeThinking = ''] = answer.split(/<think(?:ing)?>/i, 1);
  return beforeThinking;
};

const withoutMarkup = (text: string): string =>
  text
    .replace(/<\|[a-z_]{1,20}\|>/gi, '') // the ends of turns, where a chat template is wrong
    .replace(/```[a-z]*/gi, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(#{1,6}|>|[-*•]|\d+[.)])\s+/gm, '')
    .replace(/(\*\*|__|`)/g, '')
    .replace(/(^|\s)[*_]([^*_]+)[*_](?=[\s.,!?]|$)/g, '$1$2')
    // Controls, and characters that are not seen but turn text around or hide in it.
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/\p{Cf}/gu, (character) => (character === '\u200d' ? character : ''))
    .replace(/\s+/g, ' ')
    .trim();

const prefaces = [
  /^(sure( thing)?|certainly|of course|absolutely|okay|ok)(\s*[:.!,]\s*|\s+(?=here|the caption|this is))/i,
  /^(here('|’)?s|here (is|are)|below is|this is)\b[^:.]{0,80}\b(caption|description|sentence)s?\b[^:.]{0,80}:\s*/i,
  /^(the )?((image|photo|one-sentence|final|alt) )?(caption|description|answer|alt[- ]text|sentence)\s*[:\-–—]\s*/i,
];

const withoutPreface = (text: string): string => {
  for (const preface of prefaces) {
    const rest = withoutQuotes(text).replace(preface, '');
    // "Sure." is all there was: better the word than nothing.
    if (rest && rest !== withoutQuotes(text)) return withoutPreface(rest);
  }
  return text;
};

const quotes = /^(?:"(.*)"|“(.*)”|'(.*)'|‘(.*)’|«(.*)»|„(.*)“)[.]?$/;

const withoutQuotes = (text: string): string => {
  const found = text.trim().match(quotes);
  return found?.slice(1).find((inner) => inner !== undefined) ?? text.trim();
};

const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });
const endsInAbbreviation = /\b(Mr|Mrs|Ms|Dr|St|Mt|No|vs|Prof|U\.S|U\.K|e\.g|i\.e)\.\s*$/;

const firstSentenceOf = (text: string): string => {
  let first = '';
  for (const { segment } of sentences.segment(text)) {
    first += segment;
    if (!endsInAbbreviation.test(first)) break;
  }
  return first.trim();
};

const cutAt = (most: number, text: string): string => {
  const characters = Array.from(text);
  if (characters.length <= most) return text;
  const cut = characters.slice(0, most - 1).join('');
  return `${cut.replace(/\s+\S*$/, '').replace(/[,;:\s]+$/, '')}…`;
};

/** What proxies and model servers say with status 200 when something broke behind them. */
const isErrorText = (text: string): boolean =>
  /^\W*((\w{0,30} )?\w{0,30}(error|exception)\s*(:|\s[-–—]\s)|error\s+\d{3}\b|traceback \(most|internal server error|bad gateway|gateway time-?out|service (temporarily )?unavailable|too many requests|rate limit|http\/?\s?\d|model \S+ is (currently )?loading|cuda out of memory)/i.test(
    text,
  ) || /^\{\s*"(error|detail|message|errors)"/.test(text);

/** A data URL, or a stretch without a space that no language has. */
const isEcho = (text: string): boolean =>
  /data:image\//i.test(text) || /[A-Za-z0-9+/=_-]{120}/.test(text);

const isRefusal = (text: string): boolean =>
  /^(i['’]?m (very )?sorry\b|i am (very )?sorry\b|sorry[,. ]|i apologi[sz]e|as an ai\b|unfortunately,? i\b|i (can['’]?t|cannot|can not|won['’]t|will not|am unable to|am not able to|must decline)\b|i['’]m (unable|not able)\b)/i.test(
    text,
  );

/** In the first person only: there are people in pictures who cannot see one. */
const sawNoPicture = (text: string): boolean =>
  /\bi(['’]m| am)? (do not|don['’]t|can['’]?t|cannot|unable to|not able to) (see|view|access|open) (any |an |the |your |this )?(attached )?(image|picture|photo)s?\b/i.test(
    text,
  ) ||
  /(^|[.!?,] |could you )please (provide|upload|share|attach|send)\b[^.]{0,40}\b(image|picture|photo)/i.test(
    text,
  ) ||
  /\bno (image|picture|photo) (was|is|has been|seems to be|appears to be) (attached|provided|shared|uploaded|included)/i.test(
    text,
  );
