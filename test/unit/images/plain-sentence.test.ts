import { describe, expect, test } from 'vitest';
import { toPlainSentence } from '#lib/images/plain-sentence.ts';
import { measureCpuTime } from '#test/support/cpu-time.ts';

const sentenceIn = (said: string) => {
  const plain = toPlainSentence(said);
  return plain.ok ? plain.sentence : `(${plain.kind})`;
};
const dog = 'A dog runs along a beach.';

describe('the plain sentence in a response', () => {
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
  ])('is found in %j', (said) => {
    expect(sentenceIn(said)).toBe(dog);
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
  ])('in %j is %j', (said, sentence) => {
    expect(sentenceIn(said)).toBe(sentence);
  });

  test('is cut between words at 300 characters', () => {
    const sentence = sentenceIn(`A dog and ${'a very long '.repeat(60)}tail.`);

    expect(sentence.length).toBeLessThanOrEqual(300);
    expect(sentence).toMatch(/ (a|very|long)…$/);
  });

  test('counts characters and never halves one', () => {
    const sentence = sentenceIn(`A row of ${'🐕'.repeat(400)}`);

    expect(sentence).not.toMatch(/\p{Surrogate}/u);
    expect(Array.from(sentence).length).toBeLessThanOrEqual(300);
  });

  test.each([
    ['', 'empty'],
    [' \n ', 'empty'],
    ['<think>still thinking', 'empty'],
    ['{"error": {"message": "overloaded"}}', 'error_in_body'],
    ['Error: upstream timed out', 'error_in_body'],
    ['ERROR 503', 'error_in_body'],
    ['RuntimeError: CUDA out of memory', 'error_in_body'],
    ['Internal Server Error', 'error_in_body'],
    ['Traceback (most recent call last):', 'error_in_body'],
    ['Model Salesforce/blip is currently loading', 'error_in_body'],
    ['<html><body>Bad things</body></html>', 'no_sentence'],
    ['{"caption": 1}', 'no_sentence'],
    ['...', 'no_sentence'],
    ['42', 'no_sentence'],
    ["I'm sorry, but I can't help with that.", 'declined'],
    ['I can’t assist with identifying people.', 'declined'],
    ['I cannot describe this image.', 'declined'],
    ['Sorry, no.', 'declined'],
    ['As an AI language model, I have limits.', 'declined'],
    ["I don't see any image here. Please upload one!", 'picture_not_seen'],
    ['Please provide the image you want described.', 'picture_not_seen'],
    ['data:image/jpeg;base64,/9j/4AAQSkZJRg==', 'echo'],
    [`What is ${'/9j4AAQSk'.repeat(40)}`, 'echo'],
  ])('is none in %j, which is %s', (said, kind) => {
    expect(toPlainSentence(said)).toEqual({ ok: false, kind });
  });

  test('is found fast in hostile long responses', async () => {
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

    const { cpuMs } = await measureCpuTime(() => long.map(sentenceIn));

    expect(cpuMs).toBeLessThan(1500);
  });
});
