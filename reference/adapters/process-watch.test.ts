import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

test.each([
  ['a rejection nobody handled ends it as a failure', "Promise.reject(new Error('lost'))", 'ended failed'],
  [
    'an exception nobody caught ends it as a failure',
    "setTimeout(() => { throw new Error('lost') })",
    'ended failed',
  ],
  ['SIGTERM ends it well', "process.kill(process.pid, 'SIGTERM')", 'ended well'],
  ['SIGINT ends it well', "process.kill(process.pid, 'SIGINT')", 'ended well'],
  [
    'a file handle that nobody closed makes it a failure, and it goes on',
    `const { setFlagsFromString } = await import('node:v8')
     setFlagsFromString('--expose-gc')
     const collectGarbage = (await import('node:vm')).runInNewContext('gc')
     const { open } = await import('node:fs/promises')
     await (async () => { await open('/dev/null') })()
     for (let n = 0; n < 5; n++) { collectGarbage(); await new Promise((resolve) => setTimeout(resolve, 20)) }`,
    'goes on failed',
  ],
])('%s', async (_, act, expected) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script(act)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let output = ''
  child.stdout.on('data', (text: Buffer) => (output += text.toString()))
  await once(child, 'close')
  expect(output.trim()).toBe(expected)
})

/** Does something and says what the watch made of it. */
function script(act: string): string {
  return `
    const { watchProcess } = await import(${JSON.stringify(new URL('process-watch.ts', import.meta.url))})
    const log = () => {}
    const watch = watchProcess({ debug: log, info: log, warn: log, error: log })
    const patience = setTimeout(() => done('goes on'), 4000)
    watch.end.then(() => done('ended'))
    function done(what) {
      console.log(what, watch.failed ? 'failed' : 'well')
      process.exit()
    }
    ${act}`
}
