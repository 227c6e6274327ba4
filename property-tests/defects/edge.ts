import type { Defect } from './defect.ts'

const folder = 'reference/adapters'
const engineClient = `${folder}/engine/engine-client.ts`
const engineTest = `${folder}/engine/http-docker-engine.test.ts`
const loggerTest = `${folder}/pino-logger.test.ts`
const origin = 'The collector at b5e9cc7, as a process on a real machine'

/** What went wrong where the collector meets the machine: its own output, files, the lock, the engine's connections. */
export const EDGE: readonly Defect[] = [
  {
    id: 'B100',
    finding: 'D12',
    origin,
    description: 'Log lines that nobody reads pile up in memory without a bound',
    patches: [
      {
        file: `${folder}/bounded-output.ts`,
        find: 'this.#stream.writableLength + Buffer.byteLength(line) > this.#options.bytesMax',
        replace: 'line.length < 0',
      },
    ],
    caughtBy: [{ file: loggerTest, test: 'lines that nobody reads wait up to a bound' }],
  },
  {
    id: 'B102',
    finding: 'D13',
    origin,
    description: 'The lock of the state directory is none of the kernel: two collectors get it',
    patches: [{ file: `${folder}/state-lock.ts`, find: "; BEGIN IMMEDIATE'", replace: "'" }],
    caughtBy: [
      {
        file: `${folder}/state-lock.test.ts`,
        test: 'a live process keeps its lock, and is named',
      },
    ],
  },
  {
    id: 'B103',
    finding: 'D14',
    origin,
    description: 'On a file system that cannot sync directories positions are never saved',
    patches: [
      {
        file: `${folder}/node-file-system.ts`,
        find: "if (!NO_SUCH_THING.has(codeOf(error) ?? '')) throw error",
        replace: 'throw error',
      },
      {
        file: 'reference/dispatch/files.ts',
        find: "if (!NOT_TO_BE_SYNCED.has(codeOf(error) ?? '')) throw error",
        replace: 'throw error',
      },
    ],
    caughtBy: [
      {
        file: `${folder}/node-file-system.test.ts`,
        test: 'with EINVAL does not keep a file from being replaced',
      },
    ],
  },
  {
    id: 'B104',
    finding: 'D17',
    origin,
    description: 'A reply that refuses and never ends is read into memory until there is none left',
    patches: [{ file: engineClient, find: 'if (left < 0) break', replace: '' }],
    caughtBy: [{ file: engineTest, test: 'of refusal that never ends is read a little of' }],
  },
  {
    id: 'B105',
    finding: 'D17',
    origin,
    description:
      'A request on a connection that the engine closes at the same moment fails, and is not repeated',
    patches: [
      {
        file: engineClient,
        find: "call.reusedSocket && ENDED.has(codeOf(error) ?? '')",
        replace: 'error === null',
      },
    ],
    caughtBy: [{ file: engineTest, test: 'is replaced once' }],
  },
  {
    id: 'B106',
    finding: 'D17',
    origin,
    description: 'An answer of another protocol (101) is waited for until the deadline',
    patches: [{ file: engineClient, find: "call.on('upgrade',", replace: "call.on('never'," }],
    caughtBy: [{ file: engineTest, test: 'of another protocol fails at once' }],
  },
  {
    id: 'B107',
    finding: 'V',
    origin,
    description: 'TLS is asked for and plain HTTP is spoken',
    patches: [
      {
        file: engineClient,
        find: "if (tls === null || address.kind === 'unix')",
        replace: 'if (tls !== undefined)',
      },
    ],
    caughtBy: [{ file: `${folder}/engine/engine-tls.test.ts`, test: 'is never spoken to without' }],
  },
  {
    id: 'B108',
    finding: 'V',
    origin: 'The collector at b5e9cc7, beside an engine 29',
    description: 'Events in JSON sequences, as engine 29 sends them, are not understood',
    patches: [
      { file: `${folder}/engine/json-lines.ts`, find: ".replaceAll(RECORD_SEPARATOR, '\\n')", replace: '' },
    ],
    caughtBy: [{ file: engineTest, test: 'events' }],
  },
]
