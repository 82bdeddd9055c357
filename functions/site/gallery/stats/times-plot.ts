import { html, nothing, svg, type TemplateResult } from 'lit/html.js';
import { formatCount, formatDuration, median, quantile } from '../parts/format.ts';
import { knownTimes, type PictureDuration } from './times.ts';

const phoneWidth = 700;
/** As wide as it is about shown, so that its labels can be read. */
const plotWidth = (): number => (innerWidth < phoneWidth ? 340 : 860);
const height = 190;
const left = 52; // for the labels of the scale
const bottom = 8;

/** The smallest of 1, 2, 5 × 10ⁿ that is not below the largest value. */
export const axisMaximum = (largest: number): number => {
  const magnitude = 10 ** Math.floor(Math.log10(Math.max(1, largest)));
  return [1, 2, 5, 10].map((step) => step * magnitude).find((top) => top >= largest) ?? largest;
};

/** The time from upload to thumbnail of the newest pictures, as bars from the oldest to the newest. */
export const timesPlot = (): TemplateResult => {
  const times = knownTimes();
  if (!times) return html`<p role="status" class="muted">Loading …</p>`;
  if (times.length === 0) return html`<p class="muted">No picture is done yet.</p>`;
  const values = times.map(({ ms }) => ms);
  const middle = median(values) ?? 0;
  const slow = quantile(values, 0.95) ?? 0;
  const text = `From upload to thumbnail, newest ${formatCount(times.length, 'picture')}: half within ${formatDuration(middle)}, 95 % within ${formatDuration(slow)}.`;
  return html`
    <figure class="plot">
      <svg viewBox="0 0 ${plotWidth()} ${height}" role="img" aria-label=${text}>
        ${bars(times, middle)}
      </svg>
      <figcaption>${text}</figcaption>
    </figure>
    ${durationTable(times)}
  `;
};

/** The same figures for each format and each source. */
const durationTable = (times: readonly PictureDuration[]): TemplateResult => html`
  <div class="halves">
    ${(['format', 'source'] as const).map(
      (by) => html`
        <table class="list durations">
          <thead>
            <tr><th scope="col">By ${by}</th><th scope="col">Pictures</th><th scope="col">Half within</th><th scope="col">95 % within</th></tr>
          </thead>
          <tbody>
            ${[...Map.groupBy(times, (each) => each[by])]
              .toSorted(([, one], [, other]) => other.length - one.length)
              .map(([name, group]) => durationRow(name, group))}
          </tbody>
        </table>
      `,
    )}
  </div>
`;

const durationRow = (name: string, group: readonly PictureDuration[]): TemplateResult => {
  const values = group.map(({ ms }) => ms);
  return html`
    <tr>
      <th scope="row">${name}</th>
      <td>${group.length}</td>
      <td>${formatDuration(median(values) ?? 0)}</td>
      <td>${formatDuration(quantile(values, 0.95) ?? 0)}</td>
    </tr>
  `;
};

const bars = (times: readonly PictureDuration[], middle: number) => {
  const top = axisMaximum(Math.max(...times.map(({ ms }) => ms)));
  const y = (ms: number) => (height - bottom) * (1 - ms / top) + 6 * (ms / top);
  const width = plotWidth();
  const slot = (width - left) / Math.max(times.length, 24);
  const lines = [0, top / 2, top];
  return svg`
    ${lines.map(
      (ms) => svg`
        <line class="scale" x1=${left} x2=${width} y1=${y(ms)} y2=${y(ms)} />
        <text x=${left - 8} y=${y(ms) + 4} text-anchor="end">${ms === 0 ? '0' : formatDuration(ms)}</text>
      `,
    )}
    ${times.map(
      ({ name, ms }, index) => svg`
        <rect
          x=${left + index * slot + slot * 0.15} y=${y(ms)}
          width=${slot * 0.7} height=${Math.max(1, y(0) - y(ms))} rx="1.5"
        ><title>${name}: ${formatDuration(ms)}</title></rect>
      `,
    )}
    ${times.length > 1 ? svg`<line class="median" x1=${left} x2=${width} y1=${y(middle)} y2=${y(middle)} />` : nothing}
  `;
};
