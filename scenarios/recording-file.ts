import { closeSync, openSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { messageOf } from '../reference/errors.ts'
import { UsageError } from '../reference/usage-error.ts'
import { Recorder, RecordingReader, type Recording } from '../simulators/index.ts'

/** A recording that is being written. Disposing closes its file. */
export interface RecordingFile extends Disposable {
  readonly recorder: Recorder
}

/**
 * Begins a recording in a new file that only its owner may read: what containers wrote is in it. Each line is written at once.
 * @param onFailure told, once, why nothing more is recorded
 * @throws UsageError when the file is there, or cannot be made
 */
export function createRecording(
  file: string,
  upstream: string,
  onFailure: (reason: string) => void,
): RecordingFile {
  const descriptor = openNew(file)
  let hasFailed = false
  const write = (line: string): void => {
    if (hasFailed) return
    try {
      writeSync(descriptor, line)
    } catch (error) {
      hasFailed = true
      onFailure(`Cannot go on recording to ${file}: ${messageOf(error)}`)
    }
  }
  const recorder = new Recorder(write, () => performance.now(), {
    upstream,
    started: new Date().toISOString(),
  })
  return { recorder, [Symbol.dispose]: () => closeSync(descriptor) }
}

/** @throws UsageError when it cannot be read, or naming the line that is wrong */
export async function readRecording(file: string): Promise<Recording> {
  try {
    await using handle = await open(file)
    const reader = new RecordingReader()
    for await (const line of handle.readLines()) reader.add(line)
    return reader.end()
  } catch (error) {
    throw new UsageError(`Cannot replay ${file}: ${messageOf(error)}`)
  }
}

function openNew(file: string): number {
  try {
    return openSync(file, 'wx', OWNER_ONLY)
  } catch (error) {
    throw new UsageError(`Cannot record to ${file}: ${messageOf(error)}`)
  }
}

const OWNER_ONLY = 0o600
