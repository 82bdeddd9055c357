import { requestRender } from './render.ts';

type Theme = 'dark' | 'light';

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
prefersDark.addEventListener('change', requestRender);

/** What was chosen; the theme of the system where nothing was. */
export type ThemeChoice = Theme | 'system';
export const themeChoices = ['system', 'light', 'dark'] as const satisfies readonly ThemeChoice[];

export const themeChoice = (): ThemeChoice => {
  const stored = document.documentElement.dataset['theme'];
  return stored === 'dark' || stored === 'light' ? stored : 'system';
};

/** The theme that is shown. */
export const theme = (): Theme => {
  const choice = themeChoice();
  if (choice !== 'system') return choice;
  return prefersDark.matches ? 'dark' : 'light';
};

export const setTheme = (choice: ThemeChoice): void => {
  if (choice === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = choice;
  try {
    if (choice === 'system') localStorage.removeItem('theme');
    else localStorage.setItem('theme', choice);
  } catch {
    // Storage is blocked: the choice lasts until the page is left.
  }
  requestRender();
};

/** Switches to the other theme; stored only where it differs from the system's. */
export const toggleTheme = (): void => {
  const next = theme() === 'dark' ? 'light' : 'dark';
  const isPreferred = (next === 'dark') === prefersDark.matches;
  setTheme(isPreferred ? 'system' : next);
};
