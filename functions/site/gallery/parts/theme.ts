import { requestRender } from './render.ts';

type Theme = 'dark' | 'light';

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
prefersDark.addEventListener('change', requestRender);

export const theme = (): Theme => {
  const stored = document.documentElement.dataset['theme'];
  if (stored === 'dark' || stored === 'light') return stored;
  return prefersDark.matches ? 'dark' : 'light';
};

/** Switches to the other theme; stored only where it differs from the system's. */
export const toggleTheme = (): void => {
  const next = theme() === 'dark' ? 'light' : 'dark';
  const isPreferred = (next === 'dark') === prefersDark.matches;
  if (isPreferred) delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = next;
  try {
    if (isPreferred) localStorage.removeItem('theme');
    else localStorage.setItem('theme', next);
  } catch {
    // Storage is blocked: the choice lasts until the page is left.
  }
  requestRender();
};
