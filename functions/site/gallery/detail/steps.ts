import { html, nothing, type TemplateResult } from 'lit/html.js';
import { type StepName, stepDefinition, stepNames } from '#lib/images/steps.ts';
import { formatDuration } from '../parts/format.ts';
import { icon } from '../parts/icons.ts';
import type { Picture } from '../pictures/collection.ts';

/** The state of each step, and a button to retry failed ones. */
export const stepsView = (picture: Picture, retry: () => void): TemplateResult => {
  const mayRetry =
    picture.file_url !== null &&
    stepNames.some((name) => ['failed', 'skipped'].includes(picture.steps[name].state));
  return html`
    <section class="part">
      <h3>Steps</h3>
      <ol class="step-list">${stepNames.map((name) => step(picture, name))}</ol>
      ${mayRetry ? html`<button class="plain" @click=${retry}>${icon('retry')} Retry failed and skipped steps</button>` : nothing}
    </section>
  `;
};

const step = ({ steps }: Picture, name: StepName): TemplateResult => {
  const { state, reason, attempts, duration_ms: ms } = steps[name];
  const { provider, model } = name === 'caption' ? steps.caption : {};
  const extra = [
    ms !== undefined && formatDuration(ms),
    attempts !== undefined && attempts > 1 && `${attempts} attempts`,
    provider && `by ${[provider, model].filter(Boolean).join(' ')}`,
  ].filter((text) => text !== false && text !== undefined);
  return html`
    <li class="is-${state}">
      <span class="step-mark" aria-hidden="true"></span>
      <span class="step-name">${stepDefinition(name).label}</span>
      <span class="step-state">${state}</span>
      <span class="step-extra">${extra.join(' · ')}</span>
      ${reason ? html`<p class="step-reason">${reason}</p>` : nothing}
    </li>
  `;
};
