import type { Defect } from './defect.ts'

const folder = 'reference/docker'
const roster = `${folder}/container-roster.ts`
const rosterTest = `${folder}/container-roster.test.ts`
const session = `${folder}/container-session.ts`
const shortLivedTest = `${folder}/short-lived.test.ts`
const watch = `${folder}/engine-watch.ts`
const watchTest = `${folder}/engine-watch.test.ts`
const monitorTest = `${folder}/container-monitor.test.ts`
const origin = 'The collector at b5e9cc7, beside real engines with containers that come and go'
const campaign = 'The collector between two releases, found by its property with 15,000 cases of new seeds'

/** What went wrong about which containers are followed, and for how long. */
export const MONITOR: readonly Defect[] = [
  {
    id: 'B40',
    finding: 'R7',
    origin,
    description: 'A container that lives 20 ms queues for a slot behind those that are there for long',
    patches: [
      {
        file: session,
        find: 'urgent: this.#urgent })\n    } finally',
        replace: 'urgent: false })\n    } finally',
      },
    ],
    caughtBy: [
      'delivery-day',
      { file: shortLivedTest, test: 'it is read while every slot is held by a busy container' },
    ],
  },
  {
    id: 'B41',
    finding: 'R7',
    origin,
    description: 'Nobody yields a slot at once: a container that lives 20 ms is gone before a turn is over',
    patches: [{ file: 'reference/lifecycle/slot-pool.ts', find: 'this.#isUrgent() ? 0 : ', replace: '' }],
    caughtBy: [
      'delivery-day',
      { file: shortLivedTest, test: 'it is read while every slot is held by a busy container' },
      { file: 'reference/lifecycle/slot-pool.test.ts', test: 'an urgent caller of a full pool has a slot' },
    ],
  },
  {
    id: 'B42',
    finding: 'R7',
    origin,
    description:
      'A container is attended to when it starts and not when it is created: a short one is gone by then',
    patches: [{ file: roster, find: "case 'create':\n      case 'rename':", replace: "case 'rename':" }],
    caughtBy: [{ file: shortLivedTest, test: 'its log is opened with one request at the start' }],
  },
  {
    id: 'B43',
    finding: 'R7',
    origin,
    description: 'A container that was gone before its log was read is neither counted nor named',
    patches: [
      {
        file: roster,
        find: 'if (end.missed !== null) this.#noteMissed',
        replace: 'if (end.missed === undefined) this.#noteMissed',
      },
    ],
    caughtBy: [{ file: shortLivedTest, test: 'one that could not be read is counted and named: not_opened' }],
  },
  {
    id: 'B44',
    finding: 'R8',
    origin,
    description: 'A run of which no event told, and that is over before the next list, is never read',
    patches: [
      {
        file: session,
        find: 'details.startedAt !== this.#readRun || news.interruptions',
        replace: 'news.interruptions',
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/collector.surroundings.test.ts',
        test: 'a run whose start was not told, and shorter than the time between two lists, is read',
      },
      { file: rosterTest, test: 'a run is read of which no event told' },
    ],
  },
  {
    id: 'B45',
    finding: 'R9',
    origin,
    description: 'What one list misses is forgotten with its position',
    patches: [
      { file: roster, find: 'LISTS_UNTIL_GONE = 3', replace: 'LISTS_UNTIL_GONE = 1' },
      {
        file: `${folder}/absences.ts`,
        find: 'lists >= this.#lists && nowMs - sinceMs >= this.#spanMs',
        replace: 'lists >= this.#lists',
      },
    ],
    caughtBy: [
      { file: rosterTest, test: 'an engine that lists nothing for a moment makes nothing forgotten' },
    ],
  },
  {
    id: 'B47',
    finding: 'R10',
    origin,
    description: 'A container is followed whatever the labels that an inspection shows',
    patches: [
      {
        file: `${folder}/admission.ts`,
        find: 'if (!this.#isWanted(details, settings)) return null',
        replace: '',
      },
    ],
    caughtBy: [{ file: rosterTest, test: 'a label of a name that the engine uses for itself' }],
  },
  {
    id: 'B48',
    finding: 'R11',
    origin,
    description: 'Where events are refused, containers are listed as seldom as where they come',
    patches: [
      {
        file: watch,
        find: 'this.#eventsFault === null ? resyncIntervalMs : Math.min(resyncIntervalMs, reconnectIntervalMs)',
        replace: 'resyncIntervalMs',
      },
    ],
    caughtBy: [
      {
        file: watchTest,
        test: 'containers are listed at once and then often, and health says that there are no events: events that are refused',
      },
    ],
  },
  {
    id: 'B49',
    finding: 'R11',
    origin,
    description:
      'Nothing is listed before the events stand: where their headers never come, nothing is ever collected',
    patches: [
      {
        file: watch,
        find: 'const believed = await this.#list(signal)',
        replace: `while (this.#eventsFault !== null) await clock.sleep(100, { signal })
      const believed = await this.#list(signal)`,
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/collector.surroundings.test.ts',
        test: 'without events containers are found by listing them',
      },
      {
        file: watchTest,
        test: 'containers are listed at once and then often, and health says that there are no events: events whose headers do not come',
      },
    ],
  },
  {
    id: 'B50',
    finding: 'R13',
    origin,
    description: 'From now on means without the first lines of containers that come later',
    patches: [{ file: roster, find: "this.#isNew(id, created) ? 'start' : ", replace: '' }],
    caughtBy: [{ file: rosterTest, test: 'is from the start of the collector: a container that came later' }],
  },
  {
    id: 'B51',
    finding: 'R13',
    origin,
    description:
      'From now on begins with the first turn, and lacks what was written while a container waited for it',
    patches: [{ file: session, find: "return reader.primes ? 'align' : follow", replace: 'return follow' }],
    caughtBy: [
      { file: rosterTest, test: 'what containers write while they wait for their first turn is wanted' },
    ],
  },
  {
    id: 'B52',
    finding: 'D9',
    origin,
    description:
      'The permit to be inspected is held over the back-off: 25 containers that cannot be inspected hold up every other',
    patches: [
      {
        file: `${folder}/container-inspection.ts`,
        find: 'using _ = urgent ? null : await attaching.acquire({ signal })',
        replace: 'if (!urgent) await attaching.acquire({ signal })',
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/collector.surroundings.test.ts',
        test: 'a container that cannot be inspected does not keep another from being attached',
      },
      { file: monitorTest, test: '25 containers that the engine cannot describe hold up no other' },
    ],
  },
  {
    id: 'B53',
    finding: 'D18',
    origin,
    description: 'A task of the monitor that fails unexpectedly is gone for good, with its container',
    patches: [{ file: roster, find: "keep('container_follow'", replace: "spawn('container_follow'" }],
    caughtBy: [{ file: monitorTest, test: 'a session that fails by a defect is begun again' }],
  },
  {
    id: 'B148',
    origin: 'The collector between two releases, found by its property with streams that are blocked',
    description: 'Health is good while every stream of a container is stuck',
    patches: [
      {
        file: session,
        find: "const isStuck = end.kind === 'stuck' || turn.unclearSinceMs !== null || this.#wasUnproven(end, turn)",
        replace: 'const isStuck = false',
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/collector.surroundings.test.ts',
        test: 'health is not good while all streams of a container are blocked, and is again: 26',
      },
    ],
  },
  {
    id: 'B545',
    origin: campaign,
    description:
      'Where a log is polled, what a container wrote between the last look and its end is lost without a word when it is removed before the next',
    patches: [
      {
        file: session,
        find: "this.#finished = mode !== 'poll' || hadEnded",
        replace: 'this.#finished = true',
      },
    ],
    caughtBy: [
      {
        file: shortLivedTest,
        test: 'one that ends behind a look, and is removed before the next, is counted as cut short',
      },
    ],
  },
  {
    id: 'B546',
    origin: campaign,
    description:
      'A container that was created before the collector listened waits for a slot like those that are there for long when it starts',
    patches: [{ file: session, find: 'this.#urgent = !this.#opened\n', replace: '' }],
    caughtBy: [
      {
        file: shortLivedTest,
        test: 'it is read while every slot is held also where it was created before the collector listened',
      },
    ],
  },
  {
    id: 'B547',
    origin: campaign,
    description:
      'Where a log is polled, the end of a container is heard and not looked at before the next poll',
    patches: [
      {
        file: session,
        find: 'await this.#news.hearAtMost(clock, pauseMs, { signal })',
        replace: 'await this.#news.waitAtMost(clock, pauseMs, { signal })',
      },
    ],
    caughtBy: [{ file: shortLivedTest, test: 'one is read to its end as soon as that is heard' }],
  },
  {
    id: 'B548',
    origin: campaign,
    description:
      'A stream that never brings anything within turns shorter than the read timeout is never looked at',
    patches: [
      {
        file: 'reference/docker/stream-turn.ts',
        find: '!this.#subject.reader.aligned || this.#hasAsked) return',
        replace: '!this.#subject.reader.aligned || readTimeoutMs > 0) return',
      },
    ],
    caughtBy: [
      {
        file: monitorTest,
        test: 'a silent stream is looked at as often when its turns are short as when it has a slot for itself',
      },
    ],
  },
  {
    id: 'B549',
    origin: campaign,
    description:
      'Health is good while no turn of a container brings anything, and the engine does not answer whether it should',
    patches: [{ file: session, find: ' || this.#wasUnproven(end, turn)', replace: '' }],
    caughtBy: [
      {
        file: monitorTest,
        test: 'a stream that never brings anything within its turns is told by health',
      },
    ],
  },
  {
    id: 'B559',
    origin: campaign,
    description:
      'Where every stream of a container breaks as soon as it is opened, health is good whenever one of them is open',
    patches: [
      {
        file: session,
        find: 'turn.ageMs >= PROVEN_MS',
        replace: 'turn.openedMs !== null',
      },
    ],
    caughtBy: [{ file: monitorTest, test: 'a log whose streams break as soon as they are opened' }],
  },
  {
    id: 'B560',
    origin: 'The collector between two releases, reviewed after B559',
    description:
      'A stream that breaks counts as unread since the one that broke before it, though it was read for hours between',
    patches: [
      {
        file: session,
        find: 'return turn.isAbreast || turn.ageMs >= PROVEN_MS',
        replace: 'return turn.openedMs !== null && turn.ageMs >= PROVEN_MS',
      },
    ],
    caughtBy: [{ file: monitorTest, test: 'a log whose streams break now and then' }],
  },
  {
    id: 'B561',
    origin: 'The collector between two releases, reviewed after B559',
    description:
      'Where events break as soon as they are subscribed to, health is good each time, and the log says each time that there are none',
    patches: [
      {
        file: watch,
        find: 'if (this.#eventsFault === NOT_ASKED) this.#eventsFault = null',
        replace: 'this.#eventsFault = null',
      },
    ],
    caughtBy: [
      { file: watchTest, test: 'events that break as soon as they are there' },
      { file: watchTest, test: 'that break after they stood are told each time' },
    ],
  },
]
