import type fc from 'fast-check'

type Run<Case> = fc.IRawProperty<Case>['run']

/** What became of a case: it held (null), failed, or was skipped by `fc.pre`. */
export type Verdict = Awaited<ReturnType<Run<unknown>>>

/**
 * A plugin of fast-check that has its own way to run a case. A property that is not asynchronous fails at its first case, with a sentence.
 * @param name as users call it
 * @param around runs the case by `run`, as often as it wants. What it throws fails the case.
 */
export function asyncPlugin<Case>(
  name: string,
  around: (run: (value: Case) => Promise<Verdict>, value: Case) => Promise<Verdict>,
): fc.Plugin<Case> {
  return () => ({
    decorateRun: (nested): Run<Case> => {
      const run = async (value: Case): Promise<Verdict> => await nested(value)
      const decorated = (value: Case): Promise<Verdict> & { error: Error } => {
        const verdict = around(run, value).catch((error: unknown) => ({ error }))
        // fast-check tells no plugin whether the property is asynchronous. Where it is not it takes the promise for what became of the case.
        return Object.assign(verdict, { error: new TypeError(`Cannot use ${name}() here: ${ONLY_ASYNC}`) })
      }
      return decorated
    },
  })
}

const ONLY_ASYNC = 'it is for properties made by fc.asyncProperty'
