import { descriptionFact, keywordsFact, textFact } from './fact-values.ts';
import { type Facts, noFacts } from './facts.ts';
import type { IptcRecords } from './iptc-records.ts';
import { textIn } from './text.ts';
import { timeFact } from './time-fact.ts';

/** IIM 4.2, record 2. */
const dataset = {
  objectName: 5,
  keywords: 25,
  dateCreated: 55,
  timeCreated: 60,
  digitalCreationDate: 62,
  digitalCreationTime: 63,
  caption: 120,
} as const;

/** What IPTC holds: words, and when the picture was made; it knows nothing of cameras. */
export const factsInIptc = ({ values, isUtf8 }: IptcRecords): Facts => {
  const texts = (number: number) =>
    (values.get(number) ?? []).flatMap(
      (bytes) => (isUtf8 ? bytes.toString('utf8') : textIn(bytes)) ?? [],
    );
  const one = (number: number) => texts(number)[0];
  return {
    ...noFacts(),
    datetimeOriginal:
      toTime(one(dataset.dateCreated), one(dataset.timeCreated)) ??
      toTime(one(dataset.digitalCreationDate), one(dataset.digitalCreationTime)),
    title: textFact(one(dataset.objectName)),
    description: descriptionFact(one(dataset.caption)),
    keywords: keywordsFact(texts(dataset.keywords)),
  };
};

/** `CCYYMMDD` and `HHMMSS±HHMM`; some write them with separators. */
const toTime = (date = '', time = ''): string | null => {
  const day = date.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');
  const clock = time.replace(/^(\d\d)(\d\d)(\d\d)/, '$1:$2:$3');
  return timeFact(clock ? `${day} ${clock}` : day);
};
