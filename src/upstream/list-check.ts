/** Which list it was that the upstream told: by this, a caller knows it again. */
export interface ListVersion {
  /** SHA-256 of the body, decompressed, in hex. */
  readonly digest: string;
  /** The headers `ETag` and `Last-Modified` as they came; null where there was none. */
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** A list that a caller knows already. */
export interface KnownList extends ListVersion {
  /** Whether its validators are young enough to be believed: a vendor may forget to change them. */
  readonly hasFreshValidators: boolean;
}

/** What a caller knows of a list before it reads it, and what reading it has shown. */
export class ListCheck {
  /** Null: the caller reads the list even if it is the same. */
  readonly known: KnownList | null;
  #version: ListVersion | null = null;
  #isUnchanged = false;
  #isNotModified = false;

  constructor(known: KnownList | null) {
    this.known = known;
  }

  /** Whether the list turned out to be the known one: then no batch of it is handed out, unless it is too long to be kept. */
  get isUnchanged(): boolean {
    return this.#isUnchanged;
  }

  /** Whether the upstream only said so, and sent no body. */
  get isNotModified(): boolean {
    return this.#isNotModified;
  }

  /** Which list it was; null until all of it was read. */
  get version(): ListVersion | null {
    return this.#version;
  }

  /** The upstream says that its list is still the known one (304). */
  noteNotModified(): void {
    this.#version = this.known;
    this.#isUnchanged = this.known !== null;
    this.#isNotModified = this.#isUnchanged;
  }

  /** The whole body was read. @returns whether it is the known one */
  noteBody(version: ListVersion): boolean {
    this.#version = version;
    this.#isUnchanged = version.digest === this.known?.digest;
    return this.#isUnchanged;
  }
}
