import type { SinkBatchPart } from '../../dispatch/sink.ts'
import { Semaphore } from '../../lifecycle/semaphore.ts'
import type { Progress, SubjectTail } from './subject-tail.ts'

/** What is written of one source: its records as they come, or dead letters of it that are given again. */
export interface SubjectWrite {
  readonly tail: SubjectTail
  readonly progress: Progress
}

interface Subject {
  readonly tail: SubjectTail
  readonly records: Progress
  /** Of dead letters, with a tail of their own until the other is confirmed. */
  readonly letters: Progress
  lettersTail: SubjectTail | null
  readonly turn: Semaphore
}

export interface TurnOptions {
  /** Sequence of the last message of the subject, whoever sent it; 0 for none. */
  readonly last: () => Promise<number>
  readonly signal: AbortSignal
}

/** The ends of all subjects that are published to, and who may publish to one: one write at a time. */
export class SubjectTails {
  readonly #subjects = new Map<string, Subject>()

  /** Runs a write when it is its turn. */
  async use<T>(
    part: SinkBatchPart,
    { last, signal }: TurnOptions,
    write: (subject: SubjectWrite) => Promise<T>,
  ): Promise<T> {
    const subject = this.#subjectOf(part)
    using _ = await subject.turn.acquire({ signal })
    signal.throwIfAborted()
    if (part.redelivered !== true) return await write({ tail: subject.tail, progress: subject.records })
    return await write({ tail: await lettersTail(subject, last), progress: subject.letters })
  }

  forget(source: string): void {
    this.#subjects.delete(source)
  }

  #subjectOf({ source: { id }, mark }: SinkBatchPart): Subject {
    const known = this.#subjects.get(id)
    if (known !== undefined) {
      // Dead letters came first, which have no mark.
      if (!known.tail.confirmed && known.tail.sequence === 0) known.tail.sequence = sequenceOf(mark)
      return known
    }
    const subject = {
      tail: { sequence: sequenceOf(mark), confirmed: false, sent: null },
      records: { stored: null },
      letters: { stored: null },
      lettersTail: null,
      turn: new Semaphore(1),
    }
    this.#subjects.set(id, subject)
    return subject
  }
}

/**
 * Dead letters go behind the last message. What lies behind the mark may be records that the process before this one stored, and is compared with them
 * when they come: until then the letters' end of the subject is not theirs.
 */
async function lettersTail(subject: Subject, last: () => Promise<number>): Promise<SubjectTail> {
  if (subject.tail.confirmed) subject.lettersTail = null
  else subject.lettersTail ??= { sequence: await last(), confirmed: true, sent: null }
  return subject.lettersTail ?? subject.tail
}

function sequenceOf(mark: SinkBatchPart['mark']): number {
  return Number(mark?.['sequence'] ?? 0)
}
