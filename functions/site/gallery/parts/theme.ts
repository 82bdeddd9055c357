import { changed } from './draw.ts';

type Theme = 'dark' | 'light';

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
prefersDark.addEventListener('change', changed);

export const theme = (): Theme => {
  const chosen = document.documentElement.dataset['theme'];
  if (chosen === 'dark' || chosen === 'light') return chosen;
  return prefersDark.matches ? 'dark' : 'light';
};

/** The other one. Where that is what the system prefers anyway, nothing is remembered. */
export const switchTheme = (): void => {
  const next = theme() === 'dark' ? 'light' : 'dark';
  const isPreferred = (next === 'dark') === prefersDark.matches;
  if (isPreferred) delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = next;
  try {
    if (isPreferred) localStorage.removeItem('theme');
    else localStorage.setItem('theme', next);
  } catch {
    // A browser that keeps nothing: it holds until the page is left.
  }
  changed();
};
