import type { Defect } from './defect.ts'

const room = 'reference/anomalies'
const origin = 'The anomaly detector, as it came to watch what is delivered'
const detectorTest = `${room}/detector.test.ts`
const detectionTest = `${room}/anomaly-detection.test.ts`
const memoryTest = `${room}/bounded-memory.test.ts`
const fileTest = `${room}/model/model-file.test.ts`
const templatesTest = `${room}/content/templates.test.ts`
const tellingTest = `${room}/telling.test.ts`
const property = 'property-tests/anomalies.property.test.ts'

/** What the detector takes that is not its own, and what it tells wrongly. */
export const ANOMALIES: readonly Defect[] = [
  {
    id: 'B380',
    origin,
    description:
      'Lines are copied beyond what is allowed in a second: nothing is left out while there is room',
    patches: [
      {
        file: `${room}/detector.ts`,
        find: 'Math.min(allowed, this.#filling.bytesLeft)',
        replace: 'this.#filling.bytesLeft',
      },
    ],
    caughtBy: [{ file: property, test: 'so has what is copied in a second' }],
  },
  {
    id: 'B381',
    origin,
    description: 'The time that looking at lines takes of the processor is not counted',
    patches: [
      {
        file: `${room}/anomaly-detection.ts`,
        find: 'this.#detector.allowance.takeCpu(tookMs)',
        replace: 'this.#detector.allowance.takeCpu(0)',
      },
    ],
    caughtBy: [{ file: detectionTest, test: 'it takes the share of the processor it is allowed' }],
  },
  {
    id: 'B382',
    origin,
    description: 'Models of sources are never forgotten',
    patches: [
      {
        file: `${room}/model/source-models.ts`,
        find: 'while (this.#bytes > this.#options.bytesMax &&',
        replace: 'while (this.#bytes > Infinity &&',
      },
    ],
    caughtBy: [{ file: memoryTest, test: 'the bound holds' }],
  },
  {
    id: 'B383',
    origin,
    description: 'Kinds of lines of a source are kept without a bound',
    patches: [
      {
        file: `${room}/content/template-tree.ts`,
        find: 'if (this.#size >= this.#max)',
        replace: 'if (this.#size >= Infinity)',
      },
    ],
    caughtBy: [
      { file: templatesTest, test: 'the one that was not seen for longest goes' },
      { file: property, test: 'memory has its bound' },
    ],
  },
  {
    id: 'B384',
    origin,
    description: 'The detector changes a block before it is on its way',
    patches: [
      {
        file: `${room}/sample-buffer.ts`,
        find: 'this.#used += length\n',
        replace: 'this.#used += length\n    bytes[from] = 63\n',
      },
    ],
    caughtBy: [{ file: detectorTest, test: 'a block is as it was' }],
  },
  {
    id: 'B385',
    origin,
    description: 'The checksum of a model is not looked at',
    patches: [
      {
        file: `${room}/model/model-file.ts`,
        find: 'trailer.checksum !== hex(checksum)',
        replace: "trailer.checksum === ''",
      },
    ],
    caughtBy: [{ file: fileTest, test: 'of which any byte is another' }],
  },
  {
    id: 'B386',
    origin,
    description: 'A model of another version is read',
    patches: [
      { file: `${room}/model/model-file.ts`, find: 'data.version !== VERSION', replace: 'data.version < 0' },
    ],
    caughtBy: [{ file: fileTest, test: 'says in one sentence why it cannot be used' }],
  },
  {
    id: 'B387',
    origin,
    description: 'What fails in the detector fails the delivery of the block',
    patches: [
      {
        file: `${room}/anomaly-detection.ts`,
        find: 'this.#failure = messageOf(error)\n',
        replace: 'this.#failure = messageOf(error)\n      throw error\n',
      },
    ],
    caughtBy: [{ file: detectionTest, test: 'what fails in the detector ends it' }],
  },
  {
    id: 'B388',
    origin,
    description: 'The start of the collector waits until the model is read',
    patches: [
      {
        file: `${room}/anomaly-detection.ts`,
        find: 'this.#scope = scope\n',
        replace: 'this.#scope = scope\n    await this.#load(NEVER)\n',
      },
    ],
    caughtBy: [{ file: detectionTest, test: 'a disk that hangs with the model' }],
  },
  {
    id: 'B389',
    origin,
    description: 'A stop waits for the model as long as the whole stop may take',
    patches: [{ file: `${room}/anomaly-detection.ts`, find: 'atMostMs: 4000', replace: 'atMostMs: 60_000' }],
    caughtBy: [{ file: detectionTest, test: 'a disk that hangs with the model' }],
  },
  {
    id: 'B390',
    origin,
    description: 'A container that was removed is missed for its silence',
    patches: [{ file: `${room}/detector.ts`, find: '    model.presentSinceMs = null\n', replace: '' }],
    caughtBy: [{ file: detectorTest, test: 'of a source that is gone nothing is expected' }],
  },
  {
    id: 'B391',
    origin,
    description: 'While the engine is away every container is found to be silent',
    patches: [
      {
        file: `${room}/anomaly-detection.ts`,
        find: 'detector.judge(nowMs, isReading())',
        replace: 'detector.judge(nowMs, isReading() || true)',
      },
    ],
    caughtBy: [{ file: detectionTest, test: 'while the engine is away few lines are no anomaly' }],
  },
  {
    id: 'B392',
    origin,
    description: 'A window is judged at its end, before lines that come late',
    patches: [
      {
        file: `${room}/detector.ts`,
        find: 'while (this.#nextWindow! + 1 < current)',
        replace: 'while (this.#nextWindow! < current)',
      },
    ],
    caughtBy: [{ file: detectorTest, test: 'lines that come a minute late count' }],
  },
  {
    id: 'B393',
    origin,
    description: 'Templates carry the control characters of what was logged to a terminal',
    patches: [{ file: 'reference/printable.ts', find: '[\\p{Cc}\\p{Zl}', replace: '[\\p{Zl}' }],
    caughtBy: [{ file: templatesTest, test: 'a terminal is told nothing' }],
  },
  {
    id: 'B394',
    origin,
    description: 'Each line of a source that never repeats itself is told as a new kind',
    patches: [
      {
        file: `${room}/content/content-model.ts`,
        find: 'if (!this.isSettled || this.#told >= TOLD_MAX)',
        replace: 'if (this.#told >= TOLD_MAX)',
      },
    ],
    caughtBy: [{ file: detectorTest, test: 'that writes ever new kinds nothing is told' }],
  },
  {
    id: 'B395',
    origin,
    description: 'Anomalies are remembered without a bound',
    patches: [
      {
        file: `${room}/anomaly-list.ts`,
        find: 'this.#entries.size <= ANOMALIES_MAX',
        replace: 'this.#entries.size <= Infinity',
      },
    ],
    caughtBy: [{ file: tellingTest, test: 'has the last 200' }],
  },
  {
    id: 'B396',
    origin,
    description: 'The log is flooded with anomalies',
    patches: [
      {
        file: `${room}/anomaly-log.ts`,
        find: 'return this.#told <= TOLD_MAX',
        replace: 'return this.#told <= Infinity',
      },
    ],
    caughtBy: [{ file: tellingTest, test: 'tells twenty a minute one by one' }],
  },
  {
    id: 'B397',
    origin,
    description: 'A stop before the model is read replaces it by an empty one',
    patches: [
      {
        file: `${room}/anomaly-detection.ts`,
        find: 'if (this.#isLoaded) await this.#save(deadlineMs, NEVER)',
        replace: 'await this.#save(deadlineMs, NEVER)',
      },
    ],
    caughtBy: [{ file: detectionTest, test: 'a stop before the model is loaded' }],
  },
  {
    id: 'B398',
    origin,
    description: 'What is not learnt yet is lost with a restart',
    patches: [
      {
        file: `${room}/content/content-model.ts`,
        find: '    this.#untrained = untrained\n',
        replace: '',
      },
    ],
    caughtBy: [{ file: property, test: 'a model that was stored and read again is the same' }],
  },
  {
    id: 'B399',
    origin,
    description:
      'Lines of JSON with the same keys are taken for one kind, and so are all lines that begin with a time',
    patches: [
      {
        file: `${room}/content/template-tree.ts`,
        find: 'if (hash === VALUE || isKey(hash))',
        replace: 'if (hash === -1)',
      },
    ],
    caughtBy: [{ file: templatesTest, test: 'make no two lines alike' }],
  },
]
