// Swagger UI has a dark theme, switched by a class.
const prefersDark = matchMedia('(prefers-color-scheme: dark)');
const wearTheme = () => {
  const { dataset, classList } = document.documentElement;
  const isDark = dataset.theme ? dataset.theme === 'dark' : prefersDark.matches;
  classList.toggle('dark-mode', isDark);
};
wearTheme();
prefersDark.addEventListener('change', wearTheme);

// Relative to the page, so that it works below a stage's prefix too.
window.SwaggerUIBundle({
  url: new URL('openapi.json', document.baseURI).href,
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null, // the default sends the document to another host
});
