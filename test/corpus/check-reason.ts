/** Words of decoders, of JavaScript and of internals: none of them helps a caller. */
const foreignWords =
  /\b(unknown|undefined|null|NaN|Infinity|vips\w*|libvips|sharp|Vips\w+|heif|libpng|Error|exception|stack|errno|E[A-Z]{4,})\b|node_modules|\[object|\/\w+\/\w+\//;

/** What is wrong with a reason, in words. A good one is a sentence that a caller can act on. */
export const faultsOfReason = (reason: string): string[] => {
  const faults: string[] = [];
  const [foreign] = foreignWords.exec(reason) ?? [];
  if (foreign) faults.push(`the reason speaks of "${foreign}": ${reason}`);
  if (!/^\S.{14,}\.$/s.test(reason)) faults.push(`the reason is no sentence: "${reason}"`);
  if (/[\p{Cc}\p{Cs}]/u.test(reason) || reason.length > 500)
    faults.push('the reason holds control characters, or more than 500 of any');
  return faults;
};

/** Reasons that differ in numbers, or only in what a file's name claims, are one. */
export const generalizeReason = (reason: string): string =>
  reason
    .replaceAll(/\b(name|type) (says|is) [\w ./+-]+?(?= and |\.(?: |$))/g, '$1 $2 …')
    .replaceAll(/\d+(?:[ .]\d+)*/g, '#');
