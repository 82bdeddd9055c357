// Before the first paint, or a page for which the other theme was chosen would flash.
try {
  const chosen = localStorage.getItem('theme');
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
} catch {
  // A browser that keeps nothing has chosen nothing.
}
