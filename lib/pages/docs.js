// Relative to the page, so that it works below a stage's prefix too.
window.SwaggerUIBundle({
  url: new URL('openapi.json', document.baseURI).href,
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null, // by default it would send the document to another host
});
