import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'

/**
 * Has Node open, once in a process, what it opens when first needed and keeps for ever: its standard streams, what tells of changed files (inotify), of
 * signals and of ended child processes. The block that is first to need them has not leaked them.
 */
export async function openLazyDescriptors(): Promise<void> {
  if (done) return
  done = true
  void [process.stdout, process.stderr]
  watch(import.meta.dirname).close()
  process.on('SIGUSR2', ignore).off('SIGUSR2', ignore)
  await once(spawn(import.meta.dirname, { stdio: 'ignore' }), 'error')
}

function ignore(): void {
  // A signal that nobody sends.
}

let done = false
