/** How an engine of a certain version behaves where versions differ. Measured on the real ones. */
export interface EnginePersonality {
  readonly product: 'docker' | 'podman'
  readonly version: string
  readonly apiVersion: string
  /** Chance that a follow which ends with its container leaves out the last one or two messages it had not sent yet. */
  readonly omitsLastMessagesChance: number
  /** Chance that a follow sends a log file once more after that file was rotated away. */
  readonly replaysRotatedFileChance: number
  /** Whether `since` is held against each message; otherwise only until one is as new (24.0 on). */
  readonly sinceFiltersEachMessage: boolean
  /** A line longer than this is stored in several messages, bytes. */
  readonly chunkBytes: number
  /** Whether `tail` counts lines; otherwise messages, of which a long line has several. */
  readonly tailCountsLines: boolean
  /** Whether stamps are sent cut to whole seconds. */
  readonly cutsStampsToSeconds: boolean
  /** How a follow differs that is a read of what is stored and, a moment later, one of what comes. Null where it is one read. */
  readonly splitFollow: SplitFollow | null
  /** Whether the head of the answer to a log comes only with the first output. */
  readonly delaysHead: boolean
  /** Whether the answer to a wait has an `Error` that is null; otherwise it has none (23.0 on). */
  readonly waitTellsNullError: boolean
  /** Whether a wait for a condition that there is not is refused; otherwise it is one for the end. */
  readonly waitChecksCondition: boolean
  /** Whether a `die` event tells how many seconds the container ran (23.0 on). */
  readonly dieTellsDuration: boolean
  /** Whether the driver `local` keeps the newline of a line that was stored in several messages. */
  readonly localKeepsLastNewline: boolean
  /** Whether a follow `until` a moment that was ends at once; otherwise with the next message that is stored. */
  readonly untilEndsStoredPart: boolean
  /** The oldest API version that is answered, such as `1.24`. */
  readonly minApiVersion: string
  /** Whose words refusals are in. */
  readonly words: '20.10' | '26'
}

/** A follow made of two reads: what is stored in between is in neither. */
export interface SplitFollow {
  /** The longest time between the two, milliseconds. */
  readonly gapMs: number
  /** Chance that a follow ends within {@link endsWithinMs} while its container runs. */
  readonly endsEarlyChance: number
  readonly endsWithinMs: number
}

/** Docker 26: neither leaves out nor repeats. */
export const DOCKER_26: EnginePersonality = {
  product: 'docker',
  version: '26.1.5',
  apiVersion: '1.45',
  omitsLastMessagesChance: 0,
  replaysRotatedFileChance: 0,
  sinceFiltersEachMessage: false,
  chunkBytes: 16_384,
  tailCountsLines: false,
  cutsStampsToSeconds: false,
  splitFollow: null,
  delaysHead: false,
  waitTellsNullError: false,
  waitChecksCondition: true,
  dieTellsDuration: true,
  localKeepsLastNewline: true,
  untilEndsStoredPart: true,
  minApiVersion: '1.24',
  words: '26',
}

/** Docker 20.10: left out the last messages in 5 of 12 exits; 93 rewinds in 35 opens with log rotation. */
export const DOCKER_20_10: EnginePersonality = {
  ...DOCKER_26,
  version: '20.10.24',
  apiVersion: '1.41',
  omitsLastMessagesChance: 5 / 12,
  replaysRotatedFileChance: 0.5,
  sinceFiltersEachMessage: true,
  waitTellsNullError: true,
  waitChecksCondition: false,
  dieTellsDuration: false,
  localKeepsLastNewline: false,
  untilEndsStoredPart: false,
  minApiVersion: '1.12',
  words: '20.10',
}

/** Docker 28: its log API is that of 26. */
export const DOCKER_28: EnginePersonality = { ...DOCKER_26, version: '28.5.2', apiVersion: '1.51' }

/**
 * Podman 5.4 behind its Docker API: 1,741 lines lost in 69 cuts between `tail` and follow, follows that end early and do not end with `rm -f`,
 * chunks of 8 KiB, stamps in whole seconds. How long the gap is and how often a follow ends early was not measured.
 */
export const PODMAN_5: EnginePersonality = {
  ...DOCKER_26,
  product: 'podman',
  version: '5.4.2',
  apiVersion: '1.41',
  sinceFiltersEachMessage: true,
  chunkBytes: 8192,
  tailCountsLines: true,
  cutsStampsToSeconds: true,
  splitFollow: { gapMs: 20, endsEarlyChance: 0.1, endsWithinMs: 60_000 },
  delaysHead: true,
}

/** By the names they have in scenario files and on the command line. */
export const PERSONALITIES: Readonly<Record<PersonalityName, EnginePersonality>> = {
  '20.10': DOCKER_20_10,
  '26': DOCKER_26,
  '28': DOCKER_28,
  'podman-5': PODMAN_5,
}

export type PersonalityName = '20.10' | '26' | '28' | 'podman-5'

export const PERSONALITY_NAMES: readonly PersonalityName[] = ['20.10', '26', '28', 'podman-5']
