// The page does not know where it is served from until it is there.
document.getElementById('base').textContent = new URL('.', document.baseURI).href.replace(
  /\/$/,
  '',
);
