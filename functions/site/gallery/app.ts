import { html, nothing, type TemplateResult } from 'lit/html.js';
import { batchesPage } from './batches/batches-page.ts';
import { detailDialog } from './detail/detail.ts';
import { editsPage } from './edits/edits-page.ts';
import { isOffline } from './parts/connection.ts';
import { type IconName, icon } from './parts/icons.ts';
import { keyPrompt } from './parts/key.ts';
import { keyDialog } from './parts/key-dialog.ts';
import { announcementView, noticesView } from './parts/notices.ts';
import { openDialog } from './parts/open-dialog.ts';
import { currentRoute, isDetailOpen, navigate, type Route, toHash } from './parts/route.ts';
import { settingsDialog } from './parts/settings-dialog.ts';
import { shortcutsDialog } from './parts/shortcuts-dialog.ts';
import { theme, toggleTheme } from './parts/theme.ts';
import { picturesPage } from './pictures/sheet-page.ts';
import { statsPage } from './stats/stats-page.ts';
import { dropOverlay } from './uploads/drop-zone.ts';
import { openFilePicker, openFolderPicker } from './uploads/file-picker.ts';
import { uploadTray } from './uploads/tray.ts';
import { webhooksPage } from './webhooks/webhooks-page.ts';

const views = {
  pictures: { label: 'Pictures', icon: 'pictures', page: picturesPage },
  batches: { label: 'Batches', icon: 'batches', page: batchesPage },
  edits: { label: 'Edits', icon: 'wand', page: editsPage },
  stats: { label: 'Stats', icon: 'stats', page: statsPage },
  webhooks: { label: 'Webhooks', icon: 'webhook', page: webhooksPage },
} satisfies Record<Route['view'], { label: string; icon: IconName; page: () => TemplateResult }>;

/** The whole page, rendered from the current state. */
export const app = (): TemplateResult => {
  const { view } = currentRoute();
  return html`
    <a class="skip" href="#main" @click=${skip}>Skip to the content</a>
    ${header(view)}
    ${isOffline() ? offlineBanner() : nothing}
    <main id="main" tabindex="-1">${views[view].page()}</main>
    ${detailDialog()} ${settingsDialog()} ${shortcutsDialog()} ${keyDialog()} ${uploadTray()} ${announcementView()}
    ${noticesView({ isOnTop: !isDetailOpen() && !keyPrompt() })} ${dropOverlay()}
  `;
};

/** Without changing the fragment, which holds the route. */
const skip = (event: MouseEvent): void => {
  event.preventDefault();
  document.getElementById('main')?.focus();
};

const header = (current: Route['view']): TemplateResult => html`
  <header class="top">
    <p class="brand"><span class="brand-dot" aria-hidden="true"></span>Darkroom</p>
    <nav aria-label="Views">
      ${viewNames.map(
        (view) => html`
          <a
            href=${toHash({ view })}
            aria-current=${current === view ? 'page' : nothing}
            @click=${(event: MouseEvent) => follow(event, view)}
          >${icon(views[view].icon)}<span>${views[view].label}</span></a>
        `,
      )}
    </nav>
    <div class="tools">
      <a class="plain icon-only" href="docs" aria-label="Read the documentation">${icon('book')}</a>
      <button class="plain icon-only" aria-label="Settings" @click=${() => openDialog('settings')}>
        ${icon('settings')}
      </button>
      <button class="plain icon-only" aria-label="Switch to the ${theme() === 'dark' ? 'light' : 'dark'} theme" @click=${toggleTheme}>
        ${icon(theme() === 'dark' ? 'sun' : 'moon')}
      </button>
      <button class="plain icon-only" aria-label="Choose a folder" title="Choose a folder" @click=${openFolderPicker}>${icon('folder')}</button>
      <button class="main" @click=${openFilePicker}>${icon('add')}<span>Add pictures</span></button>
    </div>
  </header>
`;

const viewNames = ['pictures', 'batches', 'edits', 'stats', 'webhooks'] as const;

const follow = (event: MouseEvent, view: Route['view']): void => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // the browser opens a new tab
  event.preventDefault();
  navigate({ view });
  scrollTo({ top: 0 });
};

const offlineBanner = (): TemplateResult => html`
  <p class="banner" role="alert">${icon('offline')} Darkroom cannot be reached. This page may be out of date; it reconnects automatically.</p>
`;
