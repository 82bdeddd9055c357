import { html, nothing, type TemplateResult } from 'lit/html.js';
import { copyText } from '../parts/clipboard.ts';
import { formatCoordinates } from '../parts/format.ts';
import { icon } from '../parts/icons.ts';
import { styled } from '../parts/styled.ts';
import type { Picture } from '../pictures/collection.ts';
import { worldOutline } from './world-outline.ts';

type Gps = NonNullable<NonNullable<Picture['exif']>['gps']>;

/** Where a picture was taken: a dot on a map that needs no other host, and coordinates to copy. */
export const place = (gps: Gps): TemplateResult => {
  const { lat, lon, alt } = gps;
  const point = `${lat.toFixed(6)}, ${lon.toFixed(6)}`;
  const map = `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=15/${point.replace(', ', '/')}`;
  return html`
    <section class="part">
      <h3>Place</h3>
      <div class="world" role="img" aria-label="Map of the world with a dot at ${formatCoordinates(gps)}">
        <svg viewBox="0 0 720 360" aria-hidden="true"><path d=${worldOutline} /></svg>
        <span class="world-dot" ${styled({ left: `${((lon + 180) / 360) * 100}%`, top: `${((90 - lat) / 180) * 100}%` })}></span>
      </div>
      <p class="place">
        <a href=${map} target="_blank" rel="noopener noreferrer">
          ${formatCoordinates(gps)}<span class="visually-hidden"> on OpenStreetMap, in a new tab</span>
        </a>
        ${alt === null ? nothing : html`<span class="muted">${Math.round(alt)} m</span>`}
        <button class="plain" @click=${() => copyText(point, 'Copied the coordinates.')}>${icon('place')} Copy coordinates</button>
        <a class="muted" href="geo:${lat},${lon}">Open in a map app</a>
      </p>
    </section>
  `;
};
