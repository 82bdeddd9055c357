// Before the first paint, or the page would flash in the other theme.
try {
  const stored = localStorage.getItem('theme');
  if (stored === 'dark' || stored === 'light') document.documentElement.dataset.theme = stored;
} catch {
  // Storage is blocked: the theme of the system applies.
}
