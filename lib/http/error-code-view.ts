import { z } from 'zod';
import { errorCodeNames, errorCodes } from '#lib/error-codes.ts';

const meanings = errorCodeNames.map((code) => `- \`${code}\`: ${errorCodes[code].meaning}`);

/** The catalogue of codes, as the OpenAPI document lists it. */
export const ErrorCodeView = z.enum(errorCodeNames).meta({
  id: 'ErrorCode',
  description: `A stable word for what went wrong; new ones may be added.\n\n${meanings.join('\n')}`,
});
