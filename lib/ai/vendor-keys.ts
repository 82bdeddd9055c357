/** The vendors' own keys, as a person sets them. */
export type VendorKeys = {
  hfToken?: string | undefined;
  geminiKey?: string | undefined;
  openaiKey?: string | undefined;
};

/** A vendor whose key is sent to its own hosts and nowhere else. */
export type Vendor = 'huggingface' | 'hf-endpoint' | 'gemini' | 'openai';

const vendors: Record<Vendor, { hosts: RegExp; key: keyof VendorKeys; setting: string }> = {
  huggingface: { hosts: /^router\.huggingface\.co$/, key: 'hfToken', setting: 'HF_TOKEN' },
  'hf-endpoint': {
    hosts: /\.endpoints\.huggingface\.cloud$/,
    key: 'hfToken',
    setting: 'HF_TOKEN',
  },
  gemini: {
    hosts: /^generativelanguage\.googleapis\.com$/,
    key: 'geminiKey',
    setting: 'GEMINI_API_KEY',
  },
  // eu.api.openai.com and its like keep data in one region; same keys, same owner.
  openai: { hosts: /^(\w+\.)?api\.openai\.com$/, key: 'openaiKey', setting: 'OPENAI_API_KEY' },
};

const vendorNames: readonly Vendor[] = ['huggingface', 'hf-endpoint', 'gemini', 'openai'];

/** Whose host this is; undefined for a stranger's. A key never travels in clear text: https only. */
export const vendorOf = (url: URL): Vendor | undefined =>
  url.protocol === 'https:' && !url.port
    ? vendorNames.find((name) => vendors[name].hosts.test(url.hostname))
    : undefined;

/** The vendor's key that may be sent to this URL, and the setting it came from. */
export const vendorKeyFor = (
  url: URL,
  keys: VendorKeys,
): { key: string | undefined; setting: string } | undefined => {
  const vendor = vendorOf(url);
  return vendor && { key: keys[vendors[vendor].key], setting: vendors[vendor].setting };
};

/** fetch() quotes a header it cannot send in its error, so such a key must never get that far. */
export const isSendable = (key: string): boolean => /^[\x21-\x7e]+$/.test(key);
