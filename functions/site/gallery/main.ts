import { render } from 'lit/html.js';
import { app } from './app.ts';
import { watchBatches } from './batches/open-batch.ts';
import { watchOpened } from './detail/opened.ts';
import { editedIds, watchEdits } from './edits/edits.ts';
import { knockWith, onReturn } from './parts/connection.ts';
import { drawWith } from './parts/draw.ts';
import { currentRoute, onRoute, type Route } from './parts/route.ts';
import { pictures } from './pictures/pictures.ts';
import { afterSheet, idsInSight } from './pictures/sheet.ts';
import './pictures/shown-picture.ts';
import { watchPictures } from './pictures/watch.ts';
import { askStats } from './stats/counters.ts';
import { askTimes } from './stats/times.ts';
import { takeDrops } from './uploads/drop-zone.ts';

const place = document.getElementById('app');
if (!place) throw new Error('gallery.html has no #app.');

drawWith(() => {
  render(app(), place);
  afterSheet();
});

const onView = ({ view }: Route): void => {
  if (view !== 'stats') return;
  void askStats();
  void askTimes();
};
onRoute(onView);
onView(currentRoute());

takeDrops();
watchPictures(() => [...idsInSight(), ...editedIds()]);
watchOpened();
watchBatches();
watchEdits();
knockWith(askStats);
onReturn(() => {
  if (pictures.failure()) void pictures.more();
});
void pictures.more();
void askStats();
