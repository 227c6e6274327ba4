import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { firstDifference } from '../../simulators/determinism/first-difference.ts'
import type { HashedCases, ToldCase } from './determinism-process.ts'

export interface TwoProcesses {
  /** Cases that were run in both. */
  readonly cases: number
  /** What happened otherwise in the second process, in words; null when nothing did. */
  readonly difference: string | null
}

/**
 * Runs the same cases in two processes at the same time, which differ in what must not matter: how much memory they have for young objects, and so when garbage is
 * collected, the time zone and the language; and beside them one that keeps a core busy.
 * @param execArgv for both, such as what puts a defect back
 */
export async function checkTwoProcesses(
  seeds: readonly number[],
  {
    execArgv = [],
    env = {},
  }: { readonly execArgv?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<TwoProcesses> {
  using _busy = busyProcess()
  const surroundings = [
    { execArgv: ['--max-semi-space-size=1'], env: { TZ: 'Pacific/Auckland', LC_ALL: 'C' } },
    { execArgv: ['--max-semi-space-size=64'], env: { TZ: 'America/Lima', LC_ALL: 'tr_TR.UTF-8' } },
  ]
  using stack = new DisposableStack()
  const children = surroundings.map((own) => {
    const child = fork(PROGRAM, seeds.map(String), {
      execArgv: [...own.execArgv, ...execArgv],
      env: { ...process.env, ...env, ...own.env },
    })
    stack.defer(() => void child.kill('SIGKILL'))
    return child
  })
  const [first, second] = await Promise.all(children.map((child) => answerOf<HashedCases>(child)))
  const { hashes } = first!
  const index = hashes.findIndex((hash, at) => hash !== second!.hashes[at])
  if (index === -1) return { cases: hashes.length, difference: null }
  const told = children.map((child) => answerOf<ToldCase>(child))
  for (const child of children) child.send(index)
  const [one, other] = await Promise.all(told)
  const difference = firstDifference(one!.outcome, other!.outcome)
  return {
    cases: hashes.length,
    difference: `Case ${index} happens otherwise in another process. ${difference}`,
  }
}

function busyProcess(): Disposable {
  const child = spawn(process.execPath, ['--eval', 'for (;;) Math.sqrt(2)'], { stdio: 'ignore' })
  return { [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

/** @throws Error when it ends before it answers */
async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  const over = new AbortController()
  const { signal } = over
  const answered: Promise<Answer> = once(child, 'message', { signal }).then(([answer]) => answer)
  const ended = once(child, 'exit', { signal }).then(([status]) => {
    throw new Error(`A process that ran cases ended with status ${status} before it told what happened`)
  })
  // Whichever loses is cancelled on the way out.
  for (const each of [answered, ended]) each.catch(() => {})
  try {
    return await Promise.race([answered, ended])
  } finally {
    over.abort()
  }
}

const PROGRAM = fileURLToPath(new URL('./determinism-process.ts', import.meta.url))
