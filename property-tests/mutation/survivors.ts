/** A mutant that no test kills, and why that is right. */
export interface Survivor {
  /** Path from the project's root. */
  readonly file: string
  /** The line it begins in, without the spaces around it. */
  readonly line: string
  /** The line before, where others of the file are the same. */
  readonly after?: string
  /** As Stryker calls the kind of the change, such as `ConditionalExpression`. */
  readonly mutator: string
  /** What stands there instead; a part of it that no other mutant of the line and kind has. */
  readonly replacement: string
  /** What makes it harmless: one sentence. */
  readonly why: string
}

/**
 * Read one by one. `npm run mutation` fails for a survivor that is not here, and for one here that is killed by now; a test holds the lines against the
 * sources.
 */
export const SURVIVORS: readonly Survivor[] = [
  {
    file: 'reference/lifecycle/slot-pool.ts',
    line: 'const slot: HeldSlot = { listener: null, yielding: false, released: false }',
    mutator: 'ObjectLiteral',
    replacement: '{}',
    why: 'What is undefined is as good as null or false here: nothing else is asked of it.',
  },
  {
    file: 'reference/lifecycle/slot-pool.ts',
    line: 'this.#changed.notifyAll()',
    after: 'permit.release()',
    mutator: 'CallExpression',
    replacement: ';',
    why: 'A release takes one waiter with it, and one turn to wait for at most, so that no more is owed than before; only a timer is set anew.',
  },
  {
    file: 'reference/lifecycle/lifecycle.ts',
    line: 'this.#stops += 1',
    mutator: 'AssignmentOperator',
    replacement: '-=',
    why: 'It is only asked whether the number is still the same.',
  },
  {
    file: 'reference/lifecycle/abort-listener.ts',
    line: "if (this.#listeners.size === 0) this.#signal.addEventListener('abort', this.#onAbort)",
    mutator: 'ConditionalExpression',
    replacement: 'true',
    why: 'A signal takes the same listener once only; asking first is quicker.',
  },
  {
    file: 'reference/lifecycle/condition.ts',
    line: 'await this.#wait(options, () => null)',
    mutator: 'ArrowFunction',
    replacement: 'undefined',
    why: '`using` takes undefined for nothing to dispose of, as it does null.',
  },
  {
    file: 'reference/lifecycle/scope.ts',
    line: 'if (this.signal.aborted) return',
    mutator: 'ConditionalExpression',
    replacement: 'false',
    why: 'A controller that is aborted again keeps its first reason, and so do those below it; asking first saves the walk.',
  },
  {
    file: 'reference/lifecycle/task-registry.ts',
    line: 'const id = this.#nextId++',
    mutator: 'UpdateOperator',
    replacement: '--',
    why: 'Numbers have only to differ; which task is older, the order of the map says.',
  },
  {
    file: 'reference/lifecycle/task-registry.ts',
    line: 'return stack?.match(/\\(?([^\\s(]+:\\d+:\\d+)\\)?$/)?.[1] ?? null',
    mutator: 'OptionalChaining',
    replacement: 'stack',
    why: 'A stack that Node captured has a place at its end; that it may be missing is said by its type.',
  },
  {
    file: 'reference/dispatch/positions/position-store.ts',
    line: 'sinceMs !== undefined && Math.abs(nowMs - sinceMs) > KEPT_MS',
    mutator: 'ConditionalExpression',
    replacement: 'true',
    why: 'A difference from undefined is not a number, and that is not larger than anything; its type asks for the question.',
  },
  {
    file: 'reference/dispatch/pipeline/lane.ts',
    line: 'const isFree = last !== undefined && this.#items.length > this.#inWork && last.origin === item.origin',
    mutator: 'ConditionalExpression',
    replacement: 'true',
    why: 'Where there is no last item, there are not more items than are in work; its type asks for the question.',
  },
  {
    file: 'reference/dispatch/pipeline/sink-pipeline.ts',
    line: "return signal.aborted ? null : { kind: 'again', why: messageOf(error) }",
    mutator: 'StringLiteral',
    replacement: '""',
    why: 'Whatever is not of another kind is tried again.',
  },
  {
    file: 'reference/dispatch/pipeline/sink-pipeline.ts',
    line: 'if (pieces.length >= sources || bytes <= 0 || records <= 0) break',
    mutator: 'ConditionalExpression',
    replacement: 'false',
    why: 'Without room no lane gives anything but blocks without records, which need no write: not to ask them is quicker.',
  },
  {
    file: 'reference/dispatch/pipeline/sink-pipeline.ts',
    line: 'if (pieces.length >= sources || bytes <= 0 || records <= 0) break',
    mutator: 'EqualityOperator',
    replacement: '< 0',
    why: 'As above: the other lanes are asked for nothing.',
  },
]
