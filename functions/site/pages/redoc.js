// System fonts: by default it would name fonts that another host has.
const fontFamily = 'system-ui, sans-serif';
const prefersDark = matchMedia('(prefers-color-scheme: dark)');
const chosen = document.documentElement.dataset.theme;
const isDark = chosen ? chosen === 'dark' : prefersDark.matches;

// The colours of functions/site/gallery/look/tokens.css, which ReDoc computes with.
const colours = isDark
  ? {
      ground: '#121010',
      raised: '#1b1817',
      line: '#2e2927',
      text: '#ede7e1',
      quiet: '#a79d95',
      lamp: '#ff6a48',
    }
  : {
      ground: '#f4f1ec',
      raised: '#fffdfa',
      line: '#dcd5cb',
      text: '#24201d',
      quiet: '#665d56',
      lamp: '#b3321a',
    };

window.Redoc.init(
  new URL('openapi.json', document.baseURI).href,
  {
    theme: {
      colors: {
        primary: { main: colours.lamp },
        text: { primary: colours.text, secondary: colours.quiet },
        border: { light: colours.line, dark: colours.line },
      },
      schema: {
        nestedBackground: colours.raised,
        typeNameColor: colours.quiet,
        typeTitleColor: colours.quiet,
      },
      typography: {
        fontFamily,
        headings: { fontFamily },
        code: {
          fontFamily: 'ui-monospace, monospace',
          backgroundColor: colours.raised,
          color: colours.lamp,
        },
        links: { color: colours.lamp },
      },
      sidebar: { backgroundColor: colours.raised, textColor: colours.text },
      rightPanel: { backgroundColor: '#171413' },
    },
  },
  document.getElementById('redoc'),
);

// It paints once, with what it was given.
if (!chosen) prefersDark.addEventListener('change', () => location.reload());
