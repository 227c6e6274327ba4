import { appendFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SubjectObserver } from '../probes/subject-observer.ts'
import type { OperatedSubject } from './operated-subject.ts'

export interface ProcessSurroundings {
  readonly observer: Pick<SubjectObserver, 'look'>
  readonly connections: () => number
  readonly restart: () => Promise<number>
  /** The file that the file monitor reads. */
  readonly tailed: string
  /** Aborted when the user gives up. */
  readonly signal: AbortSignal
}

/**
 * A subject that runs as a process of its own, over HTTP.
 * @param apiUrl such as `http://127.0.0.1:8401`
 */
export function operatedProcess(
  apiUrl: string,
  { connections, observer, restart, signal, tailed }: ProcessSurroundings,
): OperatedSubject {
  return {
    post: async (target, body, headers = {}) => {
      const reply = await fetch(`${apiUrl}${target}`, {
        method: 'POST',
        headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
      })
      return { status: reply.status, body: await reply.text() }
    },
    connections,
    look: () => observer.look(),
    restart,
    appendToTailed: async (text) => {
      await appendFile(tailed, text)
    },
    sleep: async (ms) => {
      await sleep(ms, undefined, { signal })
    },
    nowMs: () => performance.now(),
  }
}

const ANSWER_LIMIT_MS = 15_000
