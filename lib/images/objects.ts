/** An object without its bytes. */
export type ObjectHead = {
  etag: string;
  sizeBytes: number;
  contentType: string | undefined;
  lastModified: Date;
  /** Metadata of the writer, decoded: `name`, `request-id`. */
  userMetadata: Record<string, string>;
  /** Hex; only where the store itself verified it. */
  sha256: string | undefined;
};

export type PutOptions = {
  contentType: string;
  /** Hex. If given, the store rejects bytes that do not match. */
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

/** Objects by key: the originals, or those derived from them. */
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
  /** Returns the ETag. */
  write(key: string, bytes: Uint8Array, how: PutOptions): Promise<string>;
  /** Deletes objects; missing ones are no error. */
  remove(keys: readonly string[]): Promise<void>;
  /** Deletes the object only while it has this ETag; another under its key stays. */
  deleteIfMatch(key: string, etag: string): Promise<void>;
  /** A presigned URL of the object, valid for `seconds`. */
  link(key: string, seconds: number, as?: ServedAs): Promise<string>;
}

/** Presigned forms with which a browser uploads one object straight into the store. */
export interface PresignedPosts {
  presignPost(form: {
    key: string;
    contentType: string;
    maxBytes: number;
    seconds: number;
    sha256?: string | undefined;
    userMetadata: Record<string, string>;
  }): Promise<{ url: string; fields: Record<string, string> }>;
}
