import { html, type TemplateResult } from 'lit/html.js';
import type { StatsView } from '#lib/http/stats-view.ts';
import { toMessage } from '../parts/api.ts';
import { formatBytes, formatPercent } from '../parts/format.ts';
import { icon } from '../parts/icons.ts';
import { knownStats, loadStats, statsFailure } from './counters.ts';
import { share } from './share-bar.ts';
import { timesPlot } from './times-plot.ts';

/** The counters of all pictures. */
export const statsPage = (): TemplateResult => {
  const stats = knownStats();
  const failure = statsFailure();
  return html`
    <div class="page">
      <h1>Stats</h1>
      ${stats ? counters(stats) : failure ? errorView(failure) : html`<p role="status" class="muted">Loading …</p>`}
    </div>
  `;
};

const errorView = (failure: unknown): TemplateResult => html`
  <section class="empty-state" role="alert">
    ${icon('warning')}
    <h2>The counters could not be loaded</h2>
    <p>${toMessage(failure)}</p>
    <button class="main" @click=${loadStats}>${icon('retry')} Try again</button>
  </section>
`;

const counters = (stats: StatsView): TemplateResult => {
  const { captions } = stats;
  return html`
    <dl class="numbers">
      ${number('Pictures', stats.total.toLocaleString('en'))}
      ${number('Success rate', stats.success_rate === null ? '–' : formatPercent(stats.success_rate))}
      ${number('Size of originals', formatBytes(stats.bytes))}
    </dl>
    <div class="halves"><section class="part">
      <h2>Status</h2>
      ${share('Pictures by status', [
        { name: 'done', count: stats.done },
        { name: 'failed', count: stats.failed },
        { name: 'processing', count: stats.processing },
        { name: 'queued', count: stats.queued },
      ])}
    </section>
    <section class="part">
      <h2>Captions</h2>
      ${share('Captions by state', [
        { name: 'done', count: captions.done },
        { name: 'failed', count: captions.failed },
        { name: 'skipped', count: captions.skipped },
        { name: 'pending', count: captions.pending },
      ])}
    </section>
    </div><section class="part">
      <h2>From upload to thumbnail</h2>
      ${timesPlot()}
    </section>
  `;
};

const number = (name: string, value: string): TemplateResult => html`
  <div class="number"><dt>${name}</dt><dd>${value}</dd></div>
`;
