import { html, nothing, type TemplateResult } from 'lit/html.js';
import { icon } from '../parts/icons.ts';
import { requestRender } from '../parts/render.ts';
import { currentFilter, navigate } from '../parts/route.ts';
import { knownStats, statsFailure } from '../stats/counters.ts';
import type { Picture } from './collection.ts';
import { densities, density, setDensity } from './density.ts';
import { type PictureFilter, statuses } from './filter.ts';
import { selectionBar } from './selection-bar.ts';
import { sources, sourceTexts } from './sources.ts';

const statusTexts: Record<Picture['status'], string> = {
  queued: 'Queued',
  processing: 'Processing',
  done: 'Done',
  failed: 'Failed',
};

let isOpen = false;

/** Filters by status, a form for the others and the order, and the size of pictures. */
export const toolbar = (): TemplateResult => {
  const stats = knownStats();
  const filter = currentFilter();
  return html`
    <div class="toolbar">
      <div class="chips ${stats || statsFailure() ? '' : 'is-waiting'}" role="group" aria-label="Filter by status">
        ${[undefined, ...statuses].map((status) => {
          const count = stats && (status ? stats[status] : stats.total);
          return html`
            <button class="chip" aria-pressed=${filter.status === status} @click=${() => change({ status })}>
              ${status ? statusTexts[status] : 'All'}${count === undefined ? nothing : html` <span class="count">${count.toLocaleString('en')}</span>`}
            </button>
          `;
        })}
      </div>
      ${filterButton(filter)} ${densitySwitch()} ${isOpen ? form(filter) : nothing} ${selectionBar()}
    </div>
  `;
};

type Changes = { [Name in keyof PictureFilter]?: PictureFilter[Name] | undefined };

/** Into the address, from which the sheet takes its filter. */
const change = (changes: Changes): void => {
  const { status, source, sort, from, to }: Changes = { ...currentFilter(), ...changes };
  scrollTo({ top: 0 });
  navigate({
    view: 'pictures',
    ...(status && { status }),
    ...(source && { source }),
    ...(sort && { sort }),
    ...(from && { from }),
    ...(to && { to }),
  });
};

const filterButton = ({ source, sort, from, to }: PictureFilter): TemplateResult => {
  const count = [source, sort, from, to].filter(Boolean).length;
  return html`
    <button
      class="plain filter-button"
      aria-expanded=${isOpen}
      aria-label="Sort and filter${count > 0 ? `, ${count} set` : ''}"
      @click=${() => {
        isOpen = !isOpen;
        requestRender();
      }}
    >${icon('calendar')} <span>Sort and filter</span>${count > 0 ? html` <span class="count">${count}</span>` : nothing}</button>
  `;
};

const form = ({ source, sort, from, to }: PictureFilter): TemplateResult => html`
  <form class="filter-form" aria-label="Sort and filter" @submit=${(event: Event) => event.preventDefault()} @change=${onChange}>
    <label>
      Sort by
      <select name="sort">
        <option value="" ?selected=${!sort}>upload</option>
        <option value="taken" ?selected=${sort === 'taken'}>date taken</option>
      </select>
    </label>
    <label>
      Source
      <select name="source">
        <option value="" ?selected=${!source}>all</option>
        ${sources.map((each) => html`<option value=${each} ?selected=${each === source}>${sourceTexts[each]}</option>`)}
      </select>
    </label>
    <label>From <input type="date" name="from" .value=${from ?? ''} max=${to ?? nothing} /></label>
    <label>To <input type="date" name="to" .value=${to ?? ''} min=${from ?? nothing} /></label>
    <button type="button" class="plain" @click=${() => change({ source: undefined, sort: undefined, from: undefined, to: undefined })}>Clear</button>
  </form>
`;

const onChange = ({ currentTarget }: Event): void => {
  if (!(currentTarget instanceof HTMLFormElement)) return;
  const data = new FormData(currentTarget);
  const text = (name: string): string => String(data.get(name) ?? '');
  change({
    sort: text('sort') === 'taken' ? 'taken' : undefined,
    source: sources.find((each) => each === text('source')),
    from: text('from'),
    to: text('to'),
  });
};

const densityIcons = { small: 'gridSmall', medium: 'gridMedium', large: 'gridLarge' } as const;

const densitySwitch = (): TemplateResult => html`
  <div class="densities" role="group" aria-label="Picture size">
    ${densities.map(
      (each) => html`
        <button
          aria-label="Show ${each} pictures"
          title="Show ${each} pictures"
          aria-pressed=${density() === each}
          @click=${() => setDensity(each)}
        >${icon(densityIcons[each])}</button>
      `,
    )}
  </div>
`;
