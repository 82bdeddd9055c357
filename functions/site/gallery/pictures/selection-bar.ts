import { html, nothing, type TemplateResult } from 'lit/html.js';
import { type IconName, icon } from '../parts/icons.ts';
import { navigate } from '../parts/route.ts';
import type { Picture } from './collection.ts';
import { remove } from './deletions.ts';
import { copyLinks } from './links.ts';
import { pictures } from './pictures.ts';
import { isRetriable, retry } from './retries.ts';
import { selectedIds, selectOnly } from './selection.ts';
import { downloadZip } from './zip-download.ts';

type Action = { label: string; icon: IconName; run: () => unknown; why?: string | undefined };

/** What can be done with the selected pictures; nothing while none is selected. */
export const selectionBar = (): TemplateResult | typeof nothing => {
  const ids = selectedIds();
  if (ids.length === 0) return nothing;
  const selected = ids.map((id) => pictures.find(id)).filter((each) => each !== undefined);
  return html`
    <div class="selection-bar" role="toolbar" aria-label="Selected pictures">
      <button class="plain icon-only" aria-label="Clear the selection" title="Clear the selection (Esc)" @click=${() => selectOnly([])}>
        ${icon('close')}
      </button>
      <span role="status">${ids.length.toLocaleString('en')} selected</span>
      ${actionsFor(ids, selected).map(button)}
    </div>
  `;
};

const actionsFor = (ids: readonly string[], selected: readonly Picture[]): Action[] => {
  const retriable = selected.filter(isRetriable).map(({ image_id: id }) => id);
  return [
    { label: 'Download', icon: 'download', run: () => downloadZip(selected, 'originals') },
    { label: 'Download as JPEG', icon: 'pictures', run: () => downloadZip(selected, 'copies') },
    { label: 'Copy links', icon: 'link', run: () => copyLinks(selected) },
    ...(retriable.length > 0
      ? [{ label: 'Retry', icon: 'retry', run: () => retry(retriable) } as const]
      : []),
    {
      label: 'Edit',
      icon: 'wand',
      run: () => navigate({ view: 'edits' }),
      why: ids.length > 2 ? 'An edit uses one or two pictures' : undefined,
    },
    { label: 'Delete', icon: 'remove', run: () => remove(ids) },
  ];
};

const button = ({ label, icon: name, run, why }: Action): TemplateResult => html`
  <button class="plain" ?disabled=${why !== undefined} title=${why ?? label} @click=${run}>
    ${icon(name)}<span>${label}</span>
  </button>
`;
