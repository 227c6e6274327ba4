import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Collects garbage now, in a process that was started without `--expose-gc` too. */
export function collectGarbage(): void {
  if (collect === null) {
    setFlagsFromString('--expose-gc')
    const gc: () => void = runInNewContext('gc')
    collect = gc
    setFlagsFromString('--no-expose-gc')
  }
  collect()
}

let collect: (() => void) | null = null
