/** Files in PEM; null where there is none. A certificate and its key come together. */
export interface TlsConfig {
  /** Whether the engine's certificate must be valid and carry its name. */
  readonly verify: boolean
  /** Who signed the engine's certificate; without it the authorities that Node trusts. */
  readonly ca: string | null
  /** What the collector shows to the engine. */
  readonly cert: string | null
  readonly key: string | null
}
