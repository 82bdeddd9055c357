import { thumbHashToDataURL } from 'thumbhash';
import { ApiError, requestBlob, resolveUrl } from '../parts/api.ts';
import { hasKey } from '../parts/key.ts';

export type Shown = {
  /** Of the picture, where other copies of it may follow. */
  id?: string;
  /** URL relative to the page; undefined while there is none. */
  path: string | undefined;
  /** Wider and narrower copies of it, as a `srcset`, and how wide it is shown (CSS `sizes`). */
  srcset?: string | undefined;
  sizes?: string | undefined;
  /** ThumbHash, base64. */
  placeholder: string | null;
  color: string | null;
  /** Width divided by height, where known. */
  ratio: number | undefined;
};

const maxAttempts = 5;

/**
 * A picture that is shown as its ThumbHash until it has loaded. With a key it is fetched
 * and shown from a blob, which is revoked when the element leaves the page. Its name is beside it
 * as text, so that the image itself is decorative.
 */
class ShownPicture extends HTMLElement {
  private options: Shown | undefined;
  private image: HTMLImageElement | undefined;
  private abort: AbortController | undefined;
  private objectUrl: string | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;
  /** Whose copy is shown: it stays until a better one of the same picture has loaded. */
  private loadedId: string | undefined;

  set shown(options: Shown) {
    const before = this.options;
    this.options = options;
    if (!this.isConnected) return;
    if (before?.placeholder !== options.placeholder || before?.ratio !== options.ratio)
      this.prepare();
    const isOther = before?.path !== options.path || before?.srcset !== options.srcset;
    if (isOther) this.load();
    else if (this.image && options.sizes && before?.sizes !== options.sizes)
      this.image.sizes = options.sizes;
  }

  connectedCallback(): void {
    this.prepare();
    this.load();
  }

  disconnectedCallback(): void {
    this.release();
  }

  private prepare(): void {
    const { placeholder = null, color = null, ratio } = this.options ?? {};
    this.style.backgroundImage = placeholder ? `url(${placeholderUrl(placeholder)})` : '';
    this.style.backgroundColor = color ?? '';
    this.style.setProperty('--ratio', String(ratio ?? 1));
    this.classList.toggle('has-ratio', ratio !== undefined);
    this.classList.toggle('is-known', placeholder !== null || color !== null);
  }

  private load(): void {
    const replaced =
      this.loadedId !== undefined && this.loadedId === this.options?.id ? this.image : undefined;
    this.release();
    for (const other of this.querySelectorAll('img')) if (other !== replaced) other.remove();
    const { path, srcset, sizes } = this.options ?? {};
    if (path === undefined) return;
    const image = new Image();
    image.alt = ''; // the button has the name
    image.decoding = 'async';
    image.draggable = false;
    image.addEventListener('load', () => {
      this.attempts = 0;
      replaced?.remove();
      this.loadedId = this.options?.id;
      this.classList.add('is-sharp');
    });
    image.addEventListener('error', () => {
      replaced?.remove();
      this.loadLater();
    });
    this.image = image;
    this.append(image);
    // A delivery link needs no key.
    if (hasKey() && path.startsWith('api/')) this.fetch(path, image);
    else {
      if (sizes) image.sizes = sizes;
      // A width that cannot be loaded must not hide the picture: the next attempt does without.
      if (srcset && this.attempts === 0) image.srcset = srcset;
      image.src = resolveUrl(path);
    }
  }

  private fetch(path: string, image: HTMLImageElement): void {
    const abort = new AbortController();
    this.abort = abort;
    requestBlob(path, abort.signal).then(
      (blob) => {
        if (abort.signal.aborted) return;
        this.objectUrl = URL.createObjectURL(blob);
        image.src = this.objectUrl;
      },
      (error: unknown) => {
        const isGone = error instanceof ApiError && error.status === 404;
        if (!abort.signal.aborted && !isGone) this.loadLater();
      },
    );
  }

  /** Too many requests, or no connection: retried with growing delays, at most `maxAttempts` times. */
  private loadLater(): void {
    this.image?.remove();
    if (++this.attempts >= maxAttempts) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), 500 * 2 ** this.attempts);
  }

  private release(): void {
    clearTimeout(this.timer);
    this.abort?.abort();
    // Cancels a download that is not needed any more.
    if (this.image && !this.image.complete) {
      this.image.removeAttribute('srcset');
      this.image.removeAttribute('src');
    }
    this.image = undefined;
    this.loadedId = undefined;
    this.classList.remove('is-sharp');
    if (this.objectUrl) URL.revokeObjectURL(this.objectUrl);
    this.objectUrl = undefined;
  }
}

const placeholders = new Map<string, string>();
const maxPlaceholders = 500;

/** A PNG as `data:`; the last few hundred are cached for scrolling back. */
const placeholderUrl = (hash: string): string => {
  const known = placeholders.get(hash);
  if (known) return known;
  const made = thumbHashToDataURL(Uint8Array.from(atob(hash), (letter) => letter.charCodeAt(0)));
  const [oldest] = placeholders.keys();
  if (placeholders.size >= maxPlaceholders && oldest !== undefined) placeholders.delete(oldest);
  placeholders.set(hash, made);
  return made;
};

customElements.define('shown-picture', ShownPicture);
