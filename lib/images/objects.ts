/** What a store knows of an object without its bytes. */
export type ObjectHead = {
  etag: string;
  sizeBytes: number;
  contentType: string | undefined;
  lastModified: Date;
  /** The writer's own words, decoded: `name`, `request-id`. */
  userMetadata: Record<string, string>;
  /** Hex; only where the store itself verified it. */
  sha256: string | undefined;
};

export type PutOptions = {
  contentType: string;
  /** Hex. Where given, the store refuses bytes that do not match. */
  sha256?: string | undefined;
  userMetadata?: Record<string, string> | undefined;
};

/** How a link serves an object, whatever was stored with it. */
export type ServedAs = {
  filename: string;
  /** By default the one it was stored with. */
  contentType?: string;
  /** Shown by a browser, or only saved by it. */
  disposition?: 'inline' | 'attachment';
  /** A link serves the method that it was signed for. */
  method?: 'GET' | 'HEAD';
};

/** A place that keeps bytes under a key: what people gave us, or what we made from it. */
export interface Objects {
  /** Undefined where there is none. */
  head(key: string): Promise<ObjectHead | undefined>;
  /** Undefined where there is none, or it is no longer the one with this ETag. */
  read(key: string, etag?: string): Promise<Uint8Array | undefined>;
  /** Bytes from `offset`, fewer at the end; undefined where there is none with this ETag. */
  readRange(
    key: string,
    offset: number,
    length: number,
    etag?: string,
  ): Promise<Uint8Array | undefined>;
  /** Answers the ETag. */
  write(key: string, bytes: Uint8Array, how: PutOptions): Promise<string>;
  /** Removes what is there; what is not there is no error. */
  remove(keys: readonly string[]): Promise<void>;
  /** Removes the object only while it is the one with this ETag; another under its key stays. */
  deleteIfMatch(key: string, etag: string): Promise<void>;
  /** A URL that serves the object to whoever holds it, for `seconds`. */
  link(key: string, seconds: number, as?: ServedAs): Promise<string>;
}

/** A form with which a browser posts one object straight into the store. */
export interface PresignedPosts {
  presignPost(wish: {
    key: string;
    contentType: string;
    maxBytes: number;
    seconds: number;
    sha256?: string | undefined;
    userMetadata: Record<string, string>;
  }): Promise<{ url: string; fields: Record<string, string> }>;
}
