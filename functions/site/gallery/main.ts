import { render } from 'lit/html.js';
import { app } from './app.ts';
import { watchBatches } from './batches/open-batch.ts';
import { watchOpenPicture } from './detail/open-picture.ts';
import { editedIds, watchEdits } from './edits/edits.ts';
import { watchProvider } from './edits/provider.ts';
import { startLive } from './live/live.ts';
import { onReconnect, setProbe } from './parts/connection.ts';
import { listenForHelpKey } from './parts/open-dialog.ts';
import { setRenderer } from './parts/render.ts';
import { currentRoute, onRoute, type Route } from './parts/route.ts';
import { pictures } from './pictures/pictures.ts';
import { listenForSelectionKeys } from './pictures/selection-input.ts';
import { afterSheet, idsInSight } from './pictures/sheet.ts';
import { followFilter } from './pictures/sheet-page.ts';
import './pictures/shown-picture.ts';
import { startPolling } from './pictures/polling.ts';
import { loadStats } from './stats/counters.ts';
import { loadTimes } from './stats/times.ts';
import { acceptDrops } from './uploads/drop-zone.ts';
import { uploadedIds } from './uploads/uploads.ts';
import { watchWebhooks } from './webhooks/webhooks.ts';

const place = document.getElementById('app');
if (!place) throw new Error('gallery.html has no #app.');

setRenderer(() => {
  render(app(), place);
  afterSheet();
});

const onView = ({ view }: Route): void => {
  if (view !== 'stats') return;
  void loadStats();
  void loadTimes();
};
onRoute(onView);
onView(currentRoute());

acceptDrops();
listenForSelectionKeys();
listenForHelpKey();
startPolling(() => [...idsInSight(), ...editedIds(), ...uploadedIds()]);
watchOpenPicture();
watchBatches();
watchEdits();
watchProvider();
watchWebhooks();
startLive();
setProbe(loadStats);
onReconnect(() => {
  if (pictures.failure()) void pictures.more();
});
followFilter();
if (!pictures.hasStarted()) void pictures.more();
void loadStats();
