import { html, type nothing, type TemplateResult } from 'lit/html.js';
import type { StatsView } from '#lib/http/stats-view.ts';
import { toMessage } from '../parts/api.ts';
import { formatBytes, formatDuration, formatPercent } from '../parts/format.ts';
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
  const ms = stats.avg_processing_time_ms;
  return html`
    <dl class="numbers">
      ${number('Pictures', stats.total.toLocaleString('en'))}
      ${number('Done', stats.done.toLocaleString('en'))}
      ${number('Failed', stats.failed.toLocaleString('en'), stats.failed > 0 ? 'is-failed' : '')}
      ${number('In progress', (stats.queued + stats.processing).toLocaleString('en'))}
      ${number('Success', stats.success_rate === null ? '–' : formatPercent(stats.success_rate))}
      ${number('Average time', ms === null ? '–' : formatDuration(ms))}
      ${number('Originals', formatBytes(stats.bytes))}
    </dl>
    <div class="halves"><section class="part">
      <h2>Pictures</h2>
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
      <h2>Processing time</h2>
      ${timesPlot()}
    </section>
  `;
};

const number = (name: string, value: string, kind = ''): TemplateResult | typeof nothing => html`
  <div class="number ${kind}"><dt>${name}</dt><dd>${value}</dd></div>
`;
