/**
 * The full `…/chat/completions` address for a base as people write it: bare, with `/v1`, with
 * `/v1beta/openai` (Gemini), or already full. A query (Azure's `api-version`) is kept.
 */
export const chatAddressOf = (base: URL, provider: string): URL => {
  const address = new URL(base);
  const path = base.pathname.replace(/\/+$/, '');
  address.pathname = `${path}${missingPart(path, provider)}`;
  return address;
};

const missingPart = (path: string, provider: string): string => {
  if (path.endsWith('/chat/completions')) return '';
  if (provider === 'gemini' && path.endsWith('/v1beta')) return '/openai/chat/completions';
  if (/\/(v\d+|openai)$/.test(path)) return '/chat/completions';
  return provider === 'gemini' ? '/v1beta/openai/chat/completions' : '/v1/chat/completions';
};
