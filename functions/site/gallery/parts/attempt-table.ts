import { html, type TemplateResult } from 'lit/html.js';
import { formatDate } from './dates.ts';

type Attempt = { at: string; status: number | null; error: string | null };

/** The attempts to deliver a webhook. */
export const attemptTable = (attempts: readonly Attempt[]): TemplateResult =>
  attempts.length === 0
    ? html`<p class="muted">No attempt yet.</p>`
    : html`
        <table class="list">
          <thead><tr><th scope="col">When</th><th scope="col">Status</th><th scope="col">Result</th></tr></thead>
          <tbody>
            ${attempts.map(({ at, status, error }) => html`<tr><td>${formatDate(at, 'second')}</td><td>${status ?? 'none'}</td><td>${error ?? 'delivered'}</td></tr>`)}
          </tbody>
        </table>
      `;
