/** Who may edit pictures; `auto` takes the first that has what it needs. */
export const editProviders = ['auto', 'none', 'openai', 'huggingface'] as const;
