/**
 * Every `error_code` there is: stable words for programs, beside the sentence for people. `status` is the
 * HTTP status of an answer with this code; codes without one only say why a step, a row of a batch or an
 * edit failed. A code is never renamed and never changes its meaning.
 */
export const errorCodes = {
  // The request itself.
  bad_request: { status: 400, meaning: 'The request could not be read.' },
  invalid_json: { status: 400, meaning: 'The body is missing, or is not JSON in UTF-8.' },
  invalid_parameter: { status: 400, meaning: 'A parameter or header has a wrong value: `fields`.' },
  unknown_parameter: { status: 400, meaning: 'The route has no such query parameter: `fields`.' },
  invalid_cursor: { status: 400, meaning: 'The cursor is not one of this list, or too old.' },
  invalid_form: { status: 400, meaning: 'The multipart form is malformed or was cut off.' },
  missing_file: { status: 400, meaning: 'The form has no file in a part named `file`.' },
  too_many_files: { status: 400, meaning: 'The form has more files than one request may have.' },
  unexpected_part: { meaning: 'A part of the form was not read: only `file` is (a warning).' },
  forbidden: { status: 403, meaning: 'The host or the origin of the request is not allowed.' },
  invalid_api_key: { status: 403, meaning: 'The header X-API-Key is missing or wrong.' },
  invalid_link: { status: 403, meaning: 'The signature of a link is wrong, or the link expired.' },
  route_not_found: { status: 404, meaning: 'There is no such path.' },
  asset_not_found: { status: 404, meaning: 'There is no such file of a page.' },
  method_not_allowed: { status: 405, meaning: 'The path has other methods: header Allow.' },
  request_too_large: { status: 413, meaning: 'The body has more bytes than a request may have.' },
  invalid_field: { status: 422, meaning: 'A field of the body has a wrong value: `fields`.' },
  idempotency_key_in_progress: {
    status: 409,
    meaning: 'The first request with this Idempotency-Key has not been answered yet.',
  },
  idempotency_key_reused: {
    status: 422,
    meaning: 'This Idempotency-Key was used for another request.',
  },
  too_many_requests: { status: 429, meaning: 'More requests than the API takes: Retry-After.' },
  quota_exceeded: { status: 429, meaning: 'The quota of this API key is used up.' },
  internal_error: { status: 500, meaning: 'A failure on our side: a repeat may succeed.' },
  bad_gateway: { status: 502, meaning: 'A function failed without an answer.' },
  service_unavailable: { status: 503, meaning: 'Something that is needed is down.' },
  timeout: { status: 504, meaning: 'The answer took too long: a repeat may succeed.' },

  // Images.
  image_not_found: { status: 404, meaning: 'There is no image with this id.' },
  thumbnail_not_ready: { status: 404, meaning: 'The picture is not there yet, or never will be.' },
  unknown_size: { status: 404, meaning: 'Thumbnails have no such size.' },
  unknown_preset: { status: 404, meaning: 'There is no such preset.' },
  unknown_format: { status: 404, meaning: 'Pictures are not delivered in such a format.' },
  original_not_stored: { status: 404, meaning: 'The upload was refused and its file not stored.' },
  original_not_ready: { status: 404, meaning: 'The picture is still being fetched.' },
  nothing_to_retry: { status: 409, meaning: 'No step of the image can run again.' },

  // Why a file is refused.
  unsupported_format: { status: 415, meaning: 'The file is of no format that is read here.' },
  file_too_large: { status: 413, meaning: 'The file has more bytes than a picture may have.' },
  empty_file: { status: 422, meaning: 'The file has no bytes.' },
  damaged_file: { status: 422, meaning: 'The file is damaged and cannot be decoded.' },
  truncated_file: { status: 422, meaning: 'The file ends too soon.' },
  too_many_pixels: { status: 422, meaning: 'The picture has too many pixels.' },
  too_many_frames: { status: 422, meaning: 'The animation has too many frames.' },
  too_much_memory: { status: 422, meaning: 'To decode the picture would take too much memory.' },
  unsupported_feature: {
    status: 422,
    meaning: 'The format is read here, but not in this variant of it.',
  },
  unreadable_file: { status: 422, meaning: 'The picture cannot be read: `error` says why.' },

  // Batches.
  batch_not_found: { status: 404, meaning: 'There is no batch with this id.' },
  results_not_found: { status: 404, meaning: 'The batch has no results.' },
  batch_ended: { status: 409, meaning: 'The batch has ended: nothing is left to cancel.' },
  batch_cancelled: { meaning: 'The batch of the image was cancelled before it was processed.' },
  batch_not_finished: { status: 409, meaning: 'The batch has not ended yet.' },
  invalid_csv: { status: 422, meaning: 'The CSV has errors, which are listed.' },
  not_fetched: { meaning: 'The URL of a row or of an image could not be fetched.' },
  image_deleted: { meaning: 'The image of a row was deleted.' },

  // Webhooks.
  webhook_not_found: { status: 404, meaning: 'There is no such webhook, or the batch has none.' },
  webhook_secret_missing: { status: 409, meaning: 'No secret to sign webhooks is set up here.' },
  webhook_disabled: {
    status: 409,
    meaning:
      'The receiver gets nothing more: it answered 410, or every delivery failed for five days.',
  },
  too_many_webhooks: { status: 409, meaning: 'There are as many webhooks as there may be.' },

  // Edits.
  process_not_found: { status: 404, meaning: 'There is no such process, or it has expired.' },
  provider_not_configured: { status: 409, meaning: 'No AI provider is set up for this.' },
  too_many_edits: { status: 409, meaning: 'The process has all the edits that it may have.' },
  source_unavailable: { status: 409, meaning: 'The source could not be fetched at this moment.' },
  source_not_found: { status: 422, meaning: 'The source names no image of ours.' },
  source_not_fetched: { status: 422, meaning: 'The source could not be fetched.' },
  source_unusable: { status: 422, meaning: 'The source is no picture that can be edited.' },
  source_missing: { meaning: 'The source was deleted or replaced before the edit began.' },
  result_unusable: { meaning: 'The provider answered with no picture that can be used.' },
  result_deleted: { meaning: 'The result of the edit was deleted.' },
  response_lost: { meaning: 'The connection to the provider broke while it was at work.' },
  edit_failed: { meaning: 'The edit failed: `error` says why.' },
  edit_lost: { meaning: 'No worker finished the edit.' },

  // Steps, and whatever is retried.
  original_missing: { meaning: 'The original is no longer there.' },
  provider_refused: { meaning: 'The AI provider refused, or gave an answer of no use.' },
  retries_exhausted: { meaning: 'It failed at every attempt: `error` has the last reason.' },
} as const satisfies Record<string, { status?: number; meaning: string }>;

export type ErrorCode = keyof typeof errorCodes;

type CodeWithStatus<Code extends ErrorCode> = Code extends ErrorCode
  ? (typeof errorCodes)[Code] extends { status: number }
    ? Code
    : never
  : never;

/** The codes of answers. */
export type ProblemCode = CodeWithStatus<ErrorCode>;

export const errorCodeNames = Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]];
