import type { SimulatedContainer } from '../../engine/simulated-container.ts'
import { OVER } from '../define-fault.ts'
import { bytes, choice, text, wholeNumber, withDefault } from '../parameter.ts'
import { containerFault, type ContainerFaultKind } from './container-fault-kind.ts'

const stream = withDefault(choice(['stdout', 'stderr']), 'stdout')

interface OfStream {
  /** Default stdout. */
  readonly stream?: 'stdout' | 'stderr' | undefined
}

/** The process writes this, as it stands. */
export const write: ContainerFaultKind<{ readonly text: string } & OfStream> = containerFault({
  name: 'write',
  description: 'The process writes this, as it stands: end it with a newline to end the line.',
  parameters: { text: text(), stream },
  lasts: false,
  inject: ({ container }, values) => {
    container.write(values.stream, values.text)
    return OVER
  },
})

/** The process writes lines without anything in them. */
export const emptyLines: ContainerFaultKind<{ readonly count?: number | undefined } & OfStream> =
  containerFault({
    name: 'empty-lines',
    description: 'The process writes lines without anything in them.',
    parameters: { count: withDefault(wholeNumber({ min: 1, max: 100_000 }), 10), stream },
    lasts: false,
    inject: ({ container }, values) => {
      container.write(values.stream, '\n'.repeat(values.count))
      return OVER
    },
  })

/** The process writes one very long line, which the engine stores in chunks that all carry the first one's stamp. */
export const longLine: ContainerFaultKind<{ readonly bytes?: number | undefined } & OfStream> =
  containerFault({
    name: 'long-line',
    description:
      'The process writes one very long line, which the engine stores in chunks of 16 KiB with one stamp.',
    parameters: { bytes: withDefault(bytes({ min: 1, max: 64 * 2 ** 20 }), 2 ** 20, '1MiB'), stream },
    lasts: false,
    inject: ({ container }, values) => {
      container.write(
        values.stream,
        `${'long '.repeat(Math.ceil(values.bytes / 5)).slice(0, values.bytes - 1)}\n`,
      )
      return OVER
    },
  })

/**
 * The process writes a line in which a character of several bytes lies across the engine's cut at 16 KiB. The json-file driver, which stores
 * text, loses the character.
 */
export const cutCharacter: ContainerFaultKind<OfStream> = containerFault({
  name: 'cut-character',
  description:
    'The process writes a line in which a character of several bytes is cut by the engine at 16 KiB.',
  parameters: { stream },
  lasts: false,
  inject: ({ engine, container }, values) => {
    const before = engine.personality.chunkBytes - 2
    container.write(values.stream, `${'x'.repeat(before)}€ is cut\n`)
    return OVER
  },
})

/** The process writes many lines a second besides what it does. */
export const flood: ContainerFaultKind<{ readonly linesPerSecond?: number | undefined }> = containerFault({
  name: 'flood',
  description: 'The process writes many lines a second besides what it does.',
  parameters: { linesPerSecond: withDefault(wholeNumber({ min: 1, max: 1_000_000 }), 10_000) },
  lasts: true,
  inject: ({ engine: { host }, container }, { linesPerSecond }) => {
    let stopped = false
    let owed = 0
    const tick = (): void => {
      if (stopped) return
      owed += (linesPerSecond * FLOOD_TICK_MS) / 1000
      owed -= writeLines(container, Math.floor(owed))
      next = host.schedule(FLOOD_TICK_MS, 'flood', tick, { background: true })
    }
    let next = host.schedule(FLOOD_TICK_MS, 'flood', tick, { background: true })
    return {
      [Symbol.dispose]: () => {
        stopped = true
        next.cancel()
      },
    }
  },
})

/** @returns how many lines that were */
function writeLines(container: SimulatedContainer, count: number): number {
  if (container.state === 'running') for (let line = 0; line < count; line++) container.writeNumberedLine()
  return count
}

const FLOOD_TICK_MS = 10
