import { html, type SVGTemplateResult, svg, type TemplateResult } from 'lit/html.js';

/** Paths on a grid of 24 × 24, stroked in the color of the text. */
const drawings = {
  add: svg`<path d="M12 5v14M5 12h14"/>`,
  close: svg`<path d="M6 6l12 12M18 6L6 18"/>`,
  check: svg`<path d="M5 12.5l4.5 4.5L19 7.5"/>`,
  warning: svg`<path d="M12 4l9 16H3zM12 10v4.5M12 17.4v.1"/>`,
  previous: svg`<path d="M14.5 6l-6 6 6 6"/>`,
  next: svg`<path d="M9.5 6l6 6-6 6"/>`,
  up: svg`<path d="M12 19V6M6 11.5L12 5.5l6 6"/>`,
  down: svg`<path d="M6 9.5l6 6 6-6"/>`,
  retry: svg`<path d="M19.5 12a7.5 7.5 0 1 1-2.2-5.3M19.5 4v4h-4"/>`,
  remove: svg`<path d="M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.5 11v5M13.5 11v5"/>`,
  place: svg`<path d="M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11z"/><circle cx="12" cy="10" r="2.3"/>`,
  download: svg`<path d="M12 4v11M6.5 10.5L12 16l5.5-5.5M5 20h14"/>`,
  wand: svg`<path d="M5 19L15.5 8.5M17 3v4M15 5h4M19.5 10v3M18 11.5h3M9 3.5v3M7.5 5h3"/>`,
  sun: svg`<circle cx="12" cy="12" r="3.8"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M18.4 5.6L17 7M7 17l-1.4 1.4"/>`,
  moon: svg`<path d="M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z"/>`,
  book: svg`<path d="M5 5.5A2 2 0 0 1 7 3.5h12v14H7a2 2 0 0 0-2 2zM5 19.5a2 2 0 0 0 2 1h12v-3"/>`,
  pictures: svg`<rect x="3.5" y="5" width="17" height="14" rx="1.5"/><path d="M3.5 16l5-5 4 4 3-3 5 4.5"/><circle cx="15.5" cy="9.3" r="1.3"/>`,
  batches: svg`<path d="M8 6h12M8 12h12M8 18h12M4 6h.1M4 12h.1M4 18h.1"/>`,
  stats: svg`<path d="M5 20v-7M12 20V4M19 20v-10"/>`,
  key: svg`<circle cx="8" cy="15" r="4"/><path d="M11 12l8-8M16 7l3 3"/>`,
  offline: svg`<path d="M3.5 9.5a13 13 0 0 1 17 0M7 13.2a8 8 0 0 1 10 0M12 18v.1M4 4l16 16"/>`,
  original: svg`<path d="M13 4h7v7M20 4l-9 9M18 14v5.5H4.5V6H10"/>`,
  folder: svg`<path d="M3.5 18.5v-13h6l2 2.5h9v10.5z"/>`,
  link: svg`<path d="M10 14a4 4 0 0 0 5.7 0l3.3-3.3a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0L5 13.3a4 4 0 0 0 5.7 5.7L12 17.7"/>`,
  minus: svg`<path d="M5 12h14"/>`,
  fullScreen: svg`<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>`,
  settings: svg`<path d="M4 7h9M19 7h1M4 17h1M11 17h9"/><circle cx="16" cy="7" r="2.6"/><circle cx="8" cy="17" r="2.6"/>`,
  compare: svg`<path d="M12 3v18M9 6H4v12h5M15 6h5v12h-5"/>`,
  webhook: svg`<path d="M7 12a4 4 0 1 1 5-4M12 8l3.5 6M17 13a4 4 0 1 1-3 6.5M14 17H8M6.5 13A4 4 0 1 0 8 17"/>`,
  calendar: svg`<path d="M4 6.5h16v13H4zM4 10.5h16M8 4v4M16 4v4"/>`,
  pencil: svg`<path d="M4.5 19.5l1-4.5L16 4.5l3.5 3.5L9 18.5zM13.5 7l3.5 3.5"/>`,
  target: svg`<circle cx="12" cy="12" r="6.5"/><path d="M12 3v5M12 16v5M3 12h5M16 12h5"/>`,
  keyboard: svg`<rect x="3" y="6" width="18" height="12" rx="2"/><path d="M7 10h.1M11 10h.1M15 10h.1M8 14h8"/>`,
  gridSmall: svg`<path d="M4 4h3.4v3.4H4zM10.3 4h3.4v3.4h-3.4zM16.6 4H20v3.4h-3.4zM4 10.3h3.4v3.4H4zM10.3 10.3h3.4v3.4h-3.4zM16.6 10.3H20v3.4h-3.4zM4 16.6h3.4V20H4zM10.3 16.6h3.4V20h-3.4zM16.6 16.6H20V20h-3.4z"/>`,
  gridMedium: svg`<path d="M4 4h6.5v6.5H4zM13.5 4H20v6.5h-6.5zM4 13.5h6.5V20H4zM13.5 13.5H20V20h-6.5z"/>`,
  gridLarge: svg`<path d="M4 4.5h16v15H4z"/>`,
} satisfies Record<string, SVGTemplateResult>;
export type IconName = keyof typeof drawings;

/** Decorative: the text beside it, or the label of its button, says what it means. */
export const icon = (name: IconName): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${drawings[name]}</svg>`;
