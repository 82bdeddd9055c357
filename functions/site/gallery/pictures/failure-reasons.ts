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
        ${retriable.length > 0 ? html`<button class="plain" @click=${() => retry(toIds(retriable))}>${icon('retry')} Retry ${formatCount(retriable.length, 'failed picture')}</button>` : nothing}
        <button class="plain is-danger" @click=${() => remove(toIds(all))}>${icon('remove')} Delete ${formatCount(all.length, 'failed picture')}</button>
      </div>
    </section>
  `;
};

const selectGroup = (group: readonly Picture[]): void => {
  selectOnly(toIds(group));
  requestRender();
};
