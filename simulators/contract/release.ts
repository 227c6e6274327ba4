/** The releases that were measured. Between them lies what versions differ in; see {@link releaseOf}. */
export const RELEASES = ['20.10', '26'] as const
export type Release = (typeof RELEASES)[number]

/** Which release's behaviour an engine of this version is held to: 24.0 is where `since`, words and attributes changed. */
export function releaseOf(version: string): Release {
  return Number.parseInt(version, 10) < FIRST_OF_THE_NEW ? '20.10' : '26'
}

const FIRST_OF_THE_NEW = 24
