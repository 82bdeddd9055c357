import { describe, expect, test } from 'vitest';
import { plainSentenceOf } from '#lib/ai/plain-sentence.ts';
import { cpuTimeOf } from '#test/support/cpu-time.ts';

const sentenceOf = (said: string) => {
  const plain = plainSentenceOf(said);
  return 'sentence' in plain ? plain.sentence : `(${plain.unusable})`;
};
const dog = 'A dog runs along a beach.';

describe('what a model said, as one plain sentence', () => {
  test.each([
    [dog],
    [`  ${dog}\n`],
    [`"${dog}"`],
    [`“${dog}”`],
    [`**${dog}**`],
    [`*${dog}*`],
    [`# ${dog}`],
    [`- ${dog}`],
    [`1. ${dog}`],
    [`> ${dog}`],
    [`\`\`\`text\n${dog}\n\`\`\``],
    [`Here is a caption: ${dog}`],
    [`Here's a one-sentence description of the image:\n\n"${dog}"`],
    [`Sure! Here is a caption for the picture: ${dog}`],
    [`Certainly, ${dog}`],
    [`Caption: ${dog}`],
    [`**Caption:** ${dog}`],
    [`Description - ${dog}`],
    [`<think>The user wants a dog. Or two?</think>\n${dog}`],
    [`The user wants one sentence.</think>${dog}`],
    [`${dog}<|im_end|>`],
    [`${dog} It looks happy. The sky is blue.`],
    [`A dog runs\nalong a beach.`],
    [`A dog\u0007 runs\u202e along a \u200bbeach.`],
    ['a dog runs along a beach.'],
    ['A [dog](https://example.com) runs along a beach.'],
  ])('%j is the sentence about the dog', (said) => {
    expect(sentenceOf(said)).toBe(dog);
  });

  test.each([
    [
      'Two dogs, e.g. a poodle and a terrier, meet Mr. Smith in St. Ives. They bark.',
      'Two dogs, e.g. a poodle and a terrier, meet Mr. Smith in St. Ives.',
    ],
    ['A sign says "Open 24 hours". Cars pass.', 'A sign says "Open 24 hours".'],
    ['"Stop" is written on a red sign.', '"Stop" is written on a red sign.'],
    ['I can see a dog that runs along a beach.', 'I can see a dog that runs along a beach.'],
    ['An error message on a computer screen.', 'An error message on a computer screen.'],
    ["A woman can't see the picture behind her.", "A woman can't see the picture behind her."],
    ['A family 👨‍👩‍👧 on a beach.', 'A family 👨‍👩‍👧 on a beach.'],
    ['一只狗在海滩上奔跑。天空很蓝。', '一只狗在海滩上奔跑。'],
    ['Sure', 'Sure'],
    ['A file named snake_case_name.py is open.', 'A file named snake_case_name.py is open.'],
  ])('%j becomes %j', (said, sentence) => {
    expect(sentenceOf(said)).toBe(sentence);
  });

  test('is cut between words at 300 characters', () => {
    const sentence = sentenceOf(`A dog and ${'a very long '.repeat(60)}tail.`);

    expect(sentence.length).toBeLessThanOrEqual(300);
    expect(sentence).toMatch(/ (a|very|long)…$/);
  });

  test('counts characters and never halves one', () => {
    const sentence = sentenceOf(`A row of ${'🐕'.repeat(400)}`);

    expect(sentence).not.toMatch(/\p{Surrogate}/u);
    expect(Array.from(sentence).length).toBeLessThanOrEqual(300);
  });

  test.each([
    ['', 'gave an empty answer'],
    [' \n ', 'gave an empty answer'],
    ['<think>still thinking', 'gave an empty answer'],
    ['{"error": {"message": "overloaded"}}', 'answered with an error instead of a caption'],
    ['Error: upstream timed out', 'answered with an error instead of a caption'],
    ['ERROR 503', 'answered with an error instead of a caption'],
    ['RuntimeError: CUDA out of memory', 'answered with an error instead of a caption'],
    ['Internal Server Error', 'answered with an error instead of a caption'],
    ['Traceback (most recent call last):', 'answered with an error instead of a caption'],
    ['Model Salesforce/blip is currently loading', 'answered with an error instead of a caption'],
    ['<html><body>Bad things</body></html>', 'answered with something that is no sentence'],
    ['{"caption": 1}', 'answered with something that is no sentence'],
    ['...', 'answered with something that is no sentence'],
    ['42', 'answered with something that is no sentence'],
    ["I'm sorry, but I can't help with that.", 'declined to describe this picture'],
    ['I can’t assist with identifying people.', 'declined to describe this picture'],
    ['I cannot describe this image.', 'declined to describe this picture'],
    ['Sorry, no.', 'declined to describe this picture'],
    ['As an AI language model, I have limits.', 'declined to describe this picture'],
    [
      "I don't see any image here. Please upload one!",
      'did not see the picture; its model probably reads text only',
    ],
    [
      'Please provide the image you want described.',
      'did not see the picture; its model probably reads text only',
    ],
    ['data:image/jpeg;base64,/9j/4AAQSkZJRg==', 'sent our picture back instead of describing it'],
    [`What is ${'/9j4AAQSk'.repeat(40)}`, 'sent our picture back instead of describing it'],
  ])('%j is no caption', (said, unusable) => {
    expect(plainSentenceOf(said)).toEqual({ unusable });
  });

  test('takes no time over a long answer made to be slow', async () => {
    const long = [
      '*'.repeat(60_000),
      '['.repeat(60_000),
      '<think>'.repeat(9_000),
      'a_'.repeat(30_000),
      '"'.repeat(60_000),
      ' '.repeat(60_000),
      'Sure '.repeat(12_000),
      '\n> '.repeat(20_000),
    ];

    const { cpuMs } = await cpuTimeOf(() => long.map(sentenceOf));

    expect(cpuMs).toBeLessThan(1500);
  });
});
