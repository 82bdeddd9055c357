import { html, nothing, type TemplateResult } from 'lit/html.js';
import { formatCount } from '../parts/format.ts';
import { icon } from '../parts/icons.ts';
import { requestRender } from '../parts/render.ts';
import { currentRoute } from '../parts/route.ts';
import type { Picture } from './collection.ts';
import { remove } from './deletions.ts';
import { pictures } from './pictures.ts';
import { isRetriable, retry } from './retries.ts';
import { selectOnly } from './selection.ts';

/** Pictures by the reason of their failure, the most frequent first. */
export const groupByReason = (all: readonly Picture[]): [reason: string, group: Picture[]][] => {
  const groups = Map.groupBy(all, ({ error }) => error ?? 'No reason was recorded.');
  return [...groups].toSorted(([, one], [, other]) => other.length - one.length);
};

const toIds = (all: readonly Picture[]): string[] => all.map(({ image_id: id }) => id);

/** Above the failed pictures: why they failed, and what can be done with all of one kind. */
export const failureReasons = (): TemplateResult | typeof nothing => {
  const route = currentRoute();
  const all = pictures.all();
  if (route.view !== 'pictures' || pictures.filter().status !== 'failed' || all.length === 0)
    return nothing;
  const retriable = all.filter(isRetriable);
  return html`
    <section class="failures" aria-label="Reasons">
      <ul>
        ${groupByReason(all).map(
          ([reason, group]) => html`
            <li>
              <span class="count">${group.length.toLocaleString('en')}${pictures.hasMore() ? '+' : ''}</span>
              <p>${reason}</p>
              <button class="plain" aria-label="Select ${formatCount(group.length, 'picture')}: ${reason}" @click=${() => selectGroup(group)}>Select</button>
            </li>
          `,
        )}
      </ul>
      <div class="actions">
        ${retriable.length > 0 ? html`<button class="plain" @click=${retryAll}>${icon('retry')} Retry ${countText(retriable)}</button>` : nothing}
        <button class="plain is-danger" @click=${removeAll}>${icon('remove')} Delete ${countText(all)}</button>
      </div>
    </section>
  `;
};

const countText = (loaded: readonly Picture[]): string =>
  pictures.hasMore() ? 'all failed pictures' : formatCount(loaded.length, 'failed picture');

/** Reads the pages that were not scrolled to; none if that fails, or another filter is chosen meanwhile. */
const loadAll = async (): Promise<readonly Picture[]> => {
  const filter = pictures.filter();
  while (pictures.hasMore()) {
    await pictures.more();
    if (pictures.failure() || !pictures.hasFilter(filter)) return [];
  }
  return pictures.all();
};

const retryAll = async (): Promise<void> => retry(toIds((await loadAll()).filter(isRetriable)));

const removeAll = async (): Promise<void> => {
  const ids = toIds(await loadAll());
  if (ids.length > 0) remove(ids);
};

const selectGroup = (group: readonly Picture[]): void => {
  selectOnly(toIds(group));
  requestRender();
};
