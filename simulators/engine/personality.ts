/** How an engine of a certain version behaves where versions differ. Measured on the real ones. */
export interface EnginePersonality {
  readonly product: 'docker' | 'podman'
  readonly version: string
  readonly apiVersion: string
  /** Chance that a follow which ends with its container leaves out the last one or two messages it had not sent yet. */
  readonly omitsLastMessagesChance: number
  /**
   * Chance that a follow, some messages after it went on with the next file of a rotated log, begins once more with the first message of that file.
   */
  readonly replaysAfterRotationChance: number
  /**
   * Whether a follow that began in an older file than the active one, and has not caught up before the next rotation, misses that: what is stored from
   * there to the rotation after it has caught up is skipped, silently.
   */
  readonly missesRotationWhileBehind: boolean
  /** What a reader does where it meets a stored record that is not one, as a power cut leaves it. */
  readonly spoiltRecord: SpoiltRecord
  /**
   * Whether the engine goes by the length the active file had before somebody emptied it from outside: a request with `tail` is then never answered, a follow
   * that stood behind the new end is silent, and so is one that is opened later, once it has sent what is stored (26.1, 28.5). Otherwise all look at the file.
   */
  readonly remembersLogLength: boolean
  /** Whether `since` is held against each message; otherwise only until one is as new (24.0 on). */
  readonly sinceFiltersEachMessage: boolean
  /** A line longer than this is stored in several messages, bytes. */
  readonly chunkBytes: number
  /** The same for what is written to a terminal. */
  readonly terminalChunkBytes: number
  /** Whether `tail` counts lines; otherwise messages, of which a long line has several. */
  readonly tailCountsLines: boolean
  /** Whether `tail` gives what was written without a newline as the end of the line before. */
  readonly tailJoinsPieces: boolean
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
  /** Whether `until` is held against each message, is exclusive, and ends no follow. */
  readonly untilFiltersEachMessage: boolean
  /** Whether events have the old keys `status`, `id` and `from` beside those that say the same. */
  readonly eventsHaveOldKeys: boolean
  /** Whether events are sent as `application/x-ndjson` or `application/json-seq` to who accepts that. */
  readonly choosesEventType: boolean
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
  /** Whether it goes on when its container is removed. */
  readonly outlivesRemoval: boolean
}

/**
 * Measured with one record of a log set to NULs.
 * - `ends`: the reply ends with a frame of stream 3, at every request that comes to it, and messages before the record are lost with it
 *   (26.1: 0 to 50 messages came of 150 to 500 before the record)
 * - `skips-some`: what the parser had in its buffer is skipped, and what lies in the middle of a record behind it: 1 to 950 messages (20.10)
 * - `skips-rest`: the rest of the file as it is then is skipped; a follow goes on with what comes (28.5)
 * - `skips-one`: the record alone (Podman reads line by line: its source; not measured)
 */
export type SpoiltRecord = 'ends' | 'skips-some' | 'skips-rest' | 'skips-one'

/** Docker 26: neither leaves out nor repeats. */
export const DOCKER_26: EnginePersonality = {
  product: 'docker',
  version: '26.1.5',
  apiVersion: '1.45',
  omitsLastMessagesChance: 0,
  replaysAfterRotationChance: 0,
  missesRotationWhileBehind: false,
  spoiltRecord: 'ends',
  remembersLogLength: true,
  sinceFiltersEachMessage: false,
  chunkBytes: 16_384,
  terminalChunkBytes: 16_384,
  tailCountsLines: false,
  tailJoinsPieces: false,
  cutsStampsToSeconds: false,
  splitFollow: null,
  delaysHead: false,
  waitTellsNullError: false,
  waitChecksCondition: true,
  dieTellsDuration: true,
  localKeepsLastNewline: true,
  untilEndsStoredPart: true,
  untilFiltersEachMessage: false,
  eventsHaveOldKeys: true,
  choosesEventType: false,
  minApiVersion: '1.24',
  words: '26',
}

/**
 * Docker 20.10: left out the last messages in 5 of 12 exits. With log rotation a busy follow begins the new file twice at about every rotation, after 1
 * to 240 messages of it; a quiet one after the first line, or after a piece of it. Never a whole file. Three follows of the last 11,000 to 13,000 messages
 * of a busy log, of which none had caught up before a rotation, went on with the file after the one that was active when they had.
 */
export const DOCKER_20_10: EnginePersonality = {
  ...DOCKER_26,
  version: '20.10.24',
  apiVersion: '1.41',
  omitsLastMessagesChance: 5 / 12,
  replaysAfterRotationChance: 0.5,
  missesRotationWhileBehind: true,
  spoiltRecord: 'skips-some',
  remembersLogLength: false,
  sinceFiltersEachMessage: true,
  waitTellsNullError: true,
  waitChecksCondition: false,
  dieTellsDuration: false,
  localKeepsLastNewline: false,
  untilEndsStoredPart: false,
  minApiVersion: '1.12',
  words: '20.10',
}

/** Docker 28: its log API is that of 26, but for records that are spoilt. */
export const DOCKER_28: EnginePersonality = {
  ...DOCKER_26,
  version: '28.5.2',
  apiVersion: '1.51',
  spoiltRecord: 'skips-rest',
}

/**
 * Docker 29: from API 1.52 on. Read in its source and its list of API changes, not measured: events without the old keys to who asks in 1.52 or
 * later, sent as the client accepts them; nothing older than 1.44 is answered. Its log API is taken to be that of 28.
 */
export const DOCKER_29: EnginePersonality = {
  ...DOCKER_28,
  version: '29.0.0',
  apiVersion: '1.52',
  eventsHaveOldKeys: false,
  choosesEventType: true,
  minApiVersion: '1.44',
}

/**
 * Podman 4.3.1 with conmon 2.1.6 and runc, as Debian 12 has it, driver k8s-file. Measured on it:
 * - Stamps are sent as whole seconds (`2026-01-01T00:00:01Z`) and held against `since` (inclusive) and `until` (exclusive) with their nanoseconds.
 * - What is read at once, 8,192 bytes at most and 4,095 of a terminal, has one stamp; what it has behind its last newline is stored at once, and sent
 *   without one. So the pieces of a line may have different stamps, and a line of exactly 8,192 bytes is a piece and an empty line.
 * - `tail` is applied before the choice of streams, and joins pieces of lines to the line before. 20,000 lines take it 4 s.
 * - A follow with `tail` at 1,100 lines a second lost 1 or 2 lines in 23 of 120 opens with up to 100 lines, and 23 at most in 30 of 40 with 1,000; without
 *   `tail` none in 40. None ended early in 4 x 60 s. Stop, restart and `rm -f` end it, some 250 ms later.
 * - The head comes with the first output, but at once where there is none to come.
 * - The Docker API sends what a terminal wrote without frames, Podman's own with.
 *
 * Not modelled: the 250 ms between two looks of a follow at the log; a snapshot with `tail` is two reads as well (1 or 2 lines on a busy log); an engine
 * that meets a line which is just being written may refuse, or send its beginning.
 */
export const PODMAN_4: EnginePersonality = {
  ...DOCKER_26,
  product: 'podman',
  version: '4.3.1',
  apiVersion: '1.41',
  spoiltRecord: 'skips-one',
  remembersLogLength: false,
  sinceFiltersEachMessage: true,
  chunkBytes: 8192,
  terminalChunkBytes: 4095,
  tailCountsLines: true,
  tailJoinsPieces: true,
  cutsStampsToSeconds: true,
  splitFollow: { gapMs: 20, endsEarlyChance: 0, endsWithinMs: 60_000, outlivesRemoval: false },
  delaysHead: true,
  untilFiltersEachMessage: true,
}

/**
 * Podman 5.4: as 4.3.1, but for what is known of it. Measured: 1,741 lines lost in 69 cuts between `tail` and follow, follows that end early and do not end
 * with `rm -f`. Read in its source: `tail` keeps pieces apart (4.7 on), the head is sent at once (5.3 on). How long the gap is and how often a follow
 * ends early was not measured; nor that `until` in the future ends a follow then (its source), which is not modelled.
 */
export const PODMAN_5: EnginePersonality = {
  ...PODMAN_4,
  version: '5.4.2',
  tailJoinsPieces: false,
  splitFollow: { gapMs: 20, endsEarlyChance: 0.1, endsWithinMs: 60_000, outlivesRemoval: true },
  delaysHead: false,
}

/** By the names they have in scenario files and on the command line. */
export const PERSONALITIES: Readonly<Record<PersonalityName, EnginePersonality>> = {
  '20.10': DOCKER_20_10,
  '26': DOCKER_26,
  '28': DOCKER_28,
  '29': DOCKER_29,
  'podman-4': PODMAN_4,
  'podman-5': PODMAN_5,
}

export type PersonalityName = '20.10' | '26' | '28' | '29' | 'podman-4' | 'podman-5'

export const PERSONALITY_NAMES: readonly PersonalityName[] = [
  '20.10',
  '26',
  '28',
  '29',
  'podman-4',
  'podman-5',
]
