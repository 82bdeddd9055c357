/** Why a model's response is no caption. */
export type NoSentence =
  | 'empty'
  | 'error_in_body'
  | 'echo'
  | 'no_sentence'
  | 'picture_not_seen'
  | 'declined';

const maxCharacters = 300;

/** Characters. Only the first sentence is used, and patterns are slow on long hostile texts. */
const maxRead = 2000;

/**
 * The caption in a model's response: one plain sentence of at most 300 characters, without preface,
 * markup, reasoning and invisible characters; or why there is none.
 */
export const toPlainSentence = (
  response: string,
): { ok: true; sentence: string } | { ok: false; kind: NoSentence } => {
  const answer = withoutReasoning(response).trim().slice(0, maxRead);
  const text = withoutPreface(withoutMarkup(answer));
  const sentence = truncate(withoutQuotes(firstSentence(withoutQuotes(text))));
  const kind = classify(answer, text, sentence);
  if (kind) return { ok: false, kind };
  return { ok: true, sentence: sentence.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase()) };
};

const classify = (answer: string, text: string, sentence: string): NoSentence | undefined => {
  if (!answer) return 'empty';
  if (errorText.test(answer) || errorJson.test(answer)) return 'error_in_body';
  if (/data:image\//i.test(answer) || base64.test(answer)) return 'echo';
  if (/^[<{]/.test(answer)) return 'no_sentence';
  if (pictureNotSeen.some((pattern) => pattern.test(text))) return 'picture_not_seen';
  if (refusal.test(text)) return 'declined';
  return (sentence.match(/\p{L}/gu) ?? []).length < 3 ? 'no_sentence' : undefined;
};

/** Some models print their reasoning, and some chat templates drop the opening tag. */
const withoutReasoning = (response: string): string =>
  (response.split(/<\/think(?:ing)?>/i).at(-1) ?? '').split(/<think(?:ing)?>/i, 1).join('');

const withoutMarkup = (text: string): string =>
  text
    .replace(/<\|[a-z_]{1,20}\|>/gi, '') // end-of-turn tokens, where a chat template is wrong
    .replace(/```[a-z]*/gi, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(#{1,6}|>|[-*•]|\d+[.)])\s+/gm, '')
    .replace(/(\*\*|__|`)/g, '')
    .replace(/(^|\s)[*_]([^*_]+)[*_](?=[\s.,!?]|$)/g, '$1$2')
    // Control characters, and invisible ones that reverse text or hide in it.
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
  const unquoted = withoutQuotes(text);
  const rest = prefaces
    .map((preface) => unquoted.replace(preface, ''))
    .find((one) => one && one !== unquoted); // "Sure." may be all there is
  return rest ? withoutPreface(rest) : text;
};

const quotes = /^(?:"(.*)"|“(.*)”|'(.*)'|‘(.*)’|«(.*)»|„(.*)“)[.]?$/;

const withoutQuotes = (text: string): string => {
  const found = text.trim().match(quotes);
  return found?.slice(1).find((inner) => inner !== undefined) ?? text.trim();
};

const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });
const abbreviation = /\b(Mr|Mrs|Ms|Dr|St|Mt|No|vs|Prof|U\.S|U\.K|e\.g|i\.e)\.\s*$/;

const firstSentence = (text: string): string => {
  let first = '';
  for (const { segment } of sentences.segment(text)) {
    first += segment;
    if (!abbreviation.test(first)) break;
  }
  return first.trim();
};

const truncate = (text: string): string => {
  const characters = Array.from(text);
  if (characters.length <= maxCharacters) return text;
  const cut = characters.slice(0, maxCharacters - 1).join('');
  return `${cut.replace(/\s+\S*$/, '').replace(/[,;:\s]+$/, '')}…`;
};

/** What proxies and model servers send with status 200 when something behind them fails. */
const errorText =
  /^\W*((\w{0,30} )?\w{0,30}(error|exception)\s*(:|\s[-–—]\s)|error\s+\d{3}\b|traceback \(most|internal server error|bad gateway|gateway time-?out|service (temporarily )?unavailable|too many requests|rate limit|http\/?\s?\d|model \S+ is (currently )?loading|cuda out of memory)/i;
const errorJson = /^\{\s*"(error|detail|message|errors)"/;

/** A run of characters without a space that no language has. */
const base64 = /[A-Za-z0-9+/=_-]{120}/;

const refusal =
  /^(i['’]?m (very )?sorry\b|i am (very )?sorry\b|sorry[,. ]|i apologi[sz]e|as an ai\b|unfortunately,? i\b|i (can['’]?t|cannot|can not|won['’]t|will not|am unable to|am not able to|must decline)\b|i['’]m (unable|not able)\b)/i;

/** In the first person only: people in pictures may be unable to see one. */
const pictureNotSeen = [
  /\bi(['’]m| am)? (do not|don['’]t|can['’]?t|cannot|unable to|not able to) (see|view|access|open) (any |an |the |your |this )?(attached )?(image|picture|photo)s?\b/i,
  /(^|[.!?,] |could you )please (provide|upload|share|attach|send)\b[^.]{0,40}\b(image|picture|photo)/i,
  /\bno (image|picture|photo) (was|is|has been|seems to be|appears to be) (attached|provided|shared|uploaded|included)/i,
];
