import type { Defect } from './defect.ts'

export const pendingRead: Defect = {
  id: 'B9',
  origin: 'The first fix proposed for the Go collector: a select over a timer and a goroutine that reads',
  description: 'The timeout is put around the read and leaves it pending: one more per timeout',
  patches: [
    {
      file: 'reference/docker/stream-turn.ts',
      find: 'const chunk = await stream.read({ signal: watchdog.signal })',
      replace: `const reading = stream.read({ signal: NEVER })
    reading.catch(() => {})
    const silence = Promise.withResolvers<never>()
    using _ = onAbort(watchdog.signal, () => silence.reject(watchdog.signal.reason))
    const chunk = await Promise.race([reading, silence.promise])`,
    },
  ],
  caughtBy: ['idle-stream', 'ordinary-day'],
}
