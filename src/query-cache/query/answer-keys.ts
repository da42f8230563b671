/** What is remembered of an answer. */
export interface AnswerNames {
  scope: string | null;
  hash: string;
  entry: string;
  /** Of the answer, of all answers of the query, and of all answers. */
  tokenKeys: readonly [string, string, string];
  /** Of the tags of its value, as last known. */
  valueTokenKeys: readonly string[];
}

/**
 * The keys of one answer. In a cluster the entry and its leases share a slot.
 *
 * Holds the arguments as canonical JSON, since the caller may change its object while the lookup waits.
 */
export class AnswerKeys<Args = unknown> {
  private computedTokenKeys: readonly string[] | undefined;
  private valueTokenKeys: readonly string[] = [];

  constructor(
    private readonly names: AnswerNames,
    private readonly text: string,
    private readonly tagTokenKeys: () => readonly string[],
  ) {}

  /** A new copy of the arguments at each call. */
  copyArgs(): Args {
    return JSON.parse(this.text) as Args;
  }

  get entry(): string {
    return this.names.entry;
  }

  /** The digest of the arguments, for traces. */
  get hash(): string {
    return this.names.hash;
  }

  get ownTokenKey(): string {
    return this.names.tokenKeys[0];
  }

  /**
   * The keys of the answer's own validity token, of those of its query and of all answers, then of its tags, those of its value last. Computed
   * lazily: local hits skip it.
   *
   * @throws {QueryCacheError} E_QUERY_ARGUMENTS
   */
  get tokenKeys(): readonly string[] {
    if (this.computedTokenKeys) return this.computedTokenKeys;
    this.valueTokenKeys = this.names.valueTokenKeys;
    this.computedTokenKeys = [...this.names.tokenKeys, ...this.tagTokenKeys(), ...this.valueTokenKeys];
    return this.computedTokenKeys;
  }

  /** Whether {@link tokenKeys} ends with these keys of the tags of the value. If not, it does from now on. */
  expects(valueTokenKeys: readonly string[]): boolean {
    const known = this.computedTokenKeys ? this.valueTokenKeys : this.names.valueTokenKeys;
    this.names.valueTokenKeys = valueTokenKeys;
    if (known.join(' ') === valueTokenKeys.join(' ')) return true;
    this.computedTokenKeys = undefined;
    return false;
  }
}
