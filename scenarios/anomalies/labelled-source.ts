import type { AnomalyKind } from '../../reference/anomalies/anomaly.ts'
import type { SeededRandom } from '../../simulators/world/seeded-random.ts'

/** A kind of line, and how often it comes among the others. */
export interface LineKind {
  readonly weight: number
  readonly write: (random: SeededRandom) => string
}

/** What a program writes when nothing is unusual. */
export interface LabelledSource {
  readonly name: string
  /** One phrase for the page. */
  readonly description: string
  /** Lines in a minute on average; minutes since a midnight. */
  readonly rate: (minute: number) => number
  /** How much that varies beyond chance: the standard deviation of its logarithm. */
  readonly spread: number
  /** Minutes in a hundred in which it writes four times as much, which is nothing unusual. Default 0. */
  readonly peaks?: number
  readonly lines: (minute: number) => readonly LineKind[]
  /** Lines of a start of the program, which happens once a day at any time. Default none. */
  readonly start?: readonly string[]
}

/** Something unusual, from one minute to another. */
export interface Label {
  readonly kind: AnomalyKind
  /** One phrase, the same for all of its like: rows of the table are made of these. */
  readonly description: string
  readonly source: string
  readonly fromMinute: number
  readonly toMinute: number
}

export const MINUTES_A_DAY = 1440

const PEOPLE = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi']
const WORDS = `quiet river stone garden window paper silver market winter bridge candle forest mirror
 ladder thunder velvet orchard harbour lantern meadow copper feather island pepper saddle timber`.split(/\s+/)

function pick(random: SeededRandom, words: readonly string[]): string {
  return words[random.integer(0, words.length - 1)]!
}

const request: LineKind = {
  weight: 85,
  write: (random) =>
    `10.0.${random.integer(0, 9)}.${random.integer(1, 250)} - - "GET /items/${random.integer(1, 9999)} HTTP/1.1" 200 ${random.integer(200, 9000)}`,
}
const notFound: LineKind = {
  weight: 10,
  write: (random) => `WARN no such item ${random.integer(1, 9999)}, asked for by ${pick(random, PEOPLE)}`,
}
const slow: LineKind = {
  weight: 4,
  write: (random) => `INFO slow request: took ${random.integer(500, 3000)} ms to answer`,
}
export const timedOut: LineKind = {
  weight: 1,
  write: (random) => `ERROR upstream timed out after ${random.integer(5, 30)} s while reading the response`,
}

function jsonLine(level: string, event: string, user: string, ms: number): string {
  return JSON.stringify({ level, event, user, ms })
}

const apiLines: readonly LineKind[] = [
  {
    weight: 70,
    write: (random) => jsonLine('info', 'order placed', pick(random, PEOPLE), random.integer(5, 90)),
  },
  {
    weight: 26,
    write: (random) => jsonLine('info', 'cart shown to', pick(random, PEOPLE), random.integer(5, 90)),
  },
  {
    weight: 4,
    write: (random) => jsonLine('warn', 'payment retried', pick(random, PEOPLE), random.integer(90, 900)),
  },
]

const idle: LineKind = { weight: 1, write: (random) => `worker ${random.integer(1, 4)} waits for a job` }
const job: LineKind = {
  weight: 20,
  write: (random) =>
    `job ${random.hex(12)}0 done by worker ${random.integer(1, 4)} in ${random.integer(1, 60)} s`,
}
const query: LineKind = {
  weight: 5,
  write: (random) =>
    `LOG: duration: ${random.integer(1, 900)} ms statement: SELECT * FROM items WHERE id = $1`,
}
const checkpoint: LineKind = {
  weight: 1,
  write: (random) => `LOG: checkpoint complete: wrote ${random.integer(1, 900)} buffers`,
}
const copied: LineKind = {
  weight: 1,
  write: (random) =>
    `copied /data/part-${random.integer(1, 999)} to the archive, ${random.integer(1, 99)} MB`,
}
const chat: LineKind = {
  weight: 1,
  write: (random) => Array.from({ length: random.integer(2, 9) }, () => pick(random, WORDS)).join(' '),
}

/** Programs of different habits. */
export const SOURCES: readonly LabelledSource[] = [
  {
    name: 'web',
    description: 'a web server, 12 lines a minute at night and 50 by day',
    rate: (minute) => 31 - 19 * Math.cos((2 * Math.PI * minute) / MINUTES_A_DAY),
    spread: 0.05,
    lines: () => [request, notFound, slow, timedOut],
    start: [
      'NOTICE stopping after the last request',
      'NOTICE reading the settings',
      'NOTICE listening on port 8080',
    ],
  },
  {
    name: 'api',
    description: 'a service that writes JSON, 20 lines a minute, very unsteadily',
    rate: () => 20,
    spread: 0.3,
    lines: () => apiLines,
  },
  {
    name: 'worker',
    description: 'jobs of a queue, 60 lines every ten minutes and hardly any between',
    rate: (minute) => (minute % 10 === 4 ? 60 : 0.5),
    spread: 0.1,
    lines: () => [job, idle],
  },
  {
    name: 'database',
    description: 'a database with little to do, 8 lines a minute',
    rate: () => 8,
    spread: 0,
    lines: () => [query, checkpoint],
  },
  {
    name: 'nightly',
    description:
      'a service of 5 lines a minute, with a copy at two in the morning of 60 lines a minute for three quarters of an hour',
    rate: (minute) => (isNight(minute) ? 60 : 5),
    spread: 0.1,
    lines: (minute) => (isNight(minute) ? [copied] : [query, idle]),
  },
  {
    name: 'gateway',
    description: '25 lines a minute, and four times as many in 2 minutes of 100',
    rate: () => 25,
    spread: 0.2,
    peaks: 2,
    lines: () => [request, slow],
  },
  {
    name: 'chat',
    description: 'free text, 15 lines a minute, in which nothing repeats itself',
    rate: () => 15,
    spread: 0.1,
    lines: () => [chat],
  },
]

/** The time of the nightly copy. */
export const NIGHT = { fromMinute: 120, toMinute: 165 } as const

function isNight(minute: number): boolean {
  const ofDay = minute % MINUTES_A_DAY
  return ofDay >= NIGHT.fromMinute && ofDay < NIGHT.toMinute
}
