// System fonts: the defaults are on another host.
const fontFamily = 'system-ui, sans-serif';
const prefersDark = matchMedia('(prefers-color-scheme: dark)');
const stored = document.documentElement.dataset.theme;
const isDark = stored ? stored === 'dark' : prefersDark.matches;

// The colors of functions/site/gallery/styles/tokens.css, which ReDoc computes with.
const colors = isDark
  ? {
      background: '#121010',
      surface: '#1b1817',
      line: '#2e2927',
      text: '#ede7e1',
      muted: '#a79d95',
      accent: '#ff6a48',
    }
  : {
      background: '#f4f1ec',
      surface: '#fffdfa',
      line: '#dcd5cb',
      text: '#24201d',
      muted: '#665d56',
      accent: '#b3321a',
    };

window.Redoc.init(
  new URL('openapi.json', document.baseURI).href,
  {
    theme: {
      colors: {
        primary: { main: colors.accent },
        text: { primary: colors.text, secondary: colors.muted },
        border: { light: colors.line, dark: colors.line },
      },
      schema: {
        nestedBackground: colors.surface,
        typeNameColor: colors.muted,
        typeTitleColor: colors.muted,
      },
      typography: {
        fontFamily,
        headings: { fontFamily },
        code: {
          fontFamily: 'ui-monospace, monospace',
          backgroundColor: colors.surface,
          color: colors.accent,
        },
        links: { color: colors.accent },
      },
      sidebar: { backgroundColor: colors.surface, textColor: colors.text },
      rightPanel: { backgroundColor: '#171413' },
    },
  },
  document.getElementById('redoc'),
);

// ReDoc does not support changing its theme.
if (!stored) prefersDark.addEventListener('change', () => location.reload());
