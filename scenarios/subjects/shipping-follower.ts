/**
 * A log collector that ships over HTTP and sends a batch again until the sink says that it has it. It loses nothing, and repeats what a sink took
 * and then denied.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import Docker from 'dockerode'

const docker = new Docker({ socketPath: new URL(process.env['DOCKER_HOST'] ?? '').pathname })
const containers = await docker.listContainers({ filters: { label: [process.env['LABEL'] ?? ''] } })
const sink = process.env['SINK_URL'] ?? ''
let batch: Buffer[] = []

async function follow(container: Docker.Container): Promise<void> {
  const stream = await container.logs({ follow: true, stdout: true, stderr: true })
  let rest = Buffer.alloc(0)
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, Buffer.from(chunk)])
    while (rest.length >= 8 && rest.length >= 8 + rest.readUInt32BE(4)) {
      batch.push(rest.subarray(8, 8 + rest.readUInt32BE(4)))
      rest = rest.subarray(8 + rest.readUInt32BE(4))
    }
  }
}

async function ship(lines: readonly Buffer[]): Promise<void> {
  const body = Buffer.concat(lines)
  const { ok } = await fetch(sink, { method: 'POST', body }).catch(() => ({ ok: false }))
  if (ok) return
  await sleep(50)
  await ship(lines)
}

for (const { Id } of containers) void follow(docker.getContainer(Id))
for (;;) {
  const lines = batch
  batch = []
  // oxlint-disable no-await-in-loop -- one batch after the other
  if (lines.length > 0) await ship(lines)
  await sleep(50)
  // oxlint-enable no-await-in-loop
}
