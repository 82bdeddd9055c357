// System fonts: by default it would name fonts that another host has.
const fontFamily = 'system-ui, sans-serif';
window.Redoc.init(
  new URL('openapi.json', document.baseURI).href,
  {
    theme: {
      typography: {
        fontFamily,
        headings: { fontFamily },
        code: { fontFamily: 'ui-monospace, monospace' },
      },
    },
  },
  document.getElementById('redoc'),
);
