import { thumbHashToDataURL } from 'thumbhash';
import { hasKey } from '../parts/key.ts';
import { addressOf, askBytes, Refused } from '../parts/server.ts';

export type Shown = {
  /** The address, relative to the page; undefined while there is none. */
  path: string | undefined;
  /** ThumbHash, base64. */
  placeholder: string | null;
  color: string | null;
  /** Width by height, where they are known. */
  ratio: number | undefined;
};

const mostAttempts = 5;

/**
 * A picture that begins as its ThumbHash and sharpens when it has come. What is behind a key is
 * fetched and shown from memory, which is given back as soon as it leaves the page. Beside its name in
 * words, so that it is only for the eye.
 */
class ShownPicture extends HTMLElement {
  private wish: Shown | undefined;
  private image: HTMLImageElement | undefined;
  private leaving: AbortController | undefined;
  private objectUrl: string | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;

  set shown(wish: Shown) {
    const before = this.wish;
    this.wish = wish;
    if (!this.isConnected) return;
    if (before?.placeholder !== wish.placeholder || before?.ratio !== wish.ratio) this.prepare();
    if (before?.path !== wish.path) this.load();
  }

  connectedCallback(): void {
    this.prepare();
    this.load();
  }

  disconnectedCallback(): void {
    this.release();
  }

  private prepare(): void {
    const { placeholder = null, color = null, ratio } = this.wish ?? {};
    this.style.backgroundImage = placeholder ? `url(${placeholderOf(placeholder)})` : '';
    this.style.backgroundColor = color ?? '';
    this.style.setProperty('--ratio', String(ratio ?? 1));
    this.classList.toggle('has-ratio', ratio !== undefined);
    this.classList.toggle('is-known', placeholder !== null || color !== null);
  }

  private load(): void {
    this.release();
    const path = this.wish?.path;
    if (path === undefined) return;
    const image = new Image();
    image.alt = ''; // its button bears the name
    image.decoding = 'async';
    image.draggable = false;
    image.addEventListener('load', () => {
      this.attempts = 0;
      this.classList.add('is-sharp');
    });
    image.addEventListener('error', () => this.loadLater());
    this.image = image;
    this.append(image);
    // A link of a record works by itself.
    if (hasKey() && path.startsWith('api/')) this.fetch(path, image);
    else image.src = addressOf(path);
  }

  private fetch(path: string, image: HTMLImageElement): void {
    const leaving = new AbortController();
    this.leaving = leaving;
    askBytes(path, leaving.signal).then(
      (blob) => {
        if (leaving.signal.aborted) return;
        this.objectUrl = URL.createObjectURL(blob);
        image.src = this.objectUrl;
      },
      (error: unknown) => {
        const isGone = error instanceof Refused && error.status === 404;
        if (!leaving.signal.aborted && !isGone) this.loadLater();
      },
    );
  }

  /** Too many at once, or no connection: soon again, then later, then not any more. */
  private loadLater(): void {
    this.image?.remove();
    if (++this.attempts >= mostAttempts) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), 500 * 2 ** this.attempts);
  }

  private release(): void {
    clearTimeout(this.timer);
    this.leaving?.abort();
    // What is still loading for nobody is not loaded.
    if (this.image && !this.image.complete) this.image.removeAttribute('src');
    if (this.isConnected) this.image?.remove();
    this.image = undefined;
    this.classList.remove('is-sharp');
    if (this.objectUrl) URL.revokeObjectURL(this.objectUrl);
    this.objectUrl = undefined;
  }
}

const placeholders = new Map<string, string>();
const mostPlaceholders = 500;

/** A PNG as `data:`; the last few hundred are kept, since scrolling back meets them again. */
const placeholderOf = (hash: string): string => {
  const known = placeholders.get(hash);
  if (known) return known;
  const made = thumbHashToDataURL(Uint8Array.from(atob(hash), (letter) => letter.charCodeAt(0)));
  const [oldest] = placeholders.keys();
  if (placeholders.size >= mostPlaceholders && oldest !== undefined) placeholders.delete(oldest);
  placeholders.set(hash, made);
  return made;
};

customElements.define('shown-picture', ShownPicture);
