/**
 * A log collector whose only position is the clock: when a stream breaks, it asks for the log from the second on at which it connects again. What was
 * written while it was away is lost, and what it had of that second comes twice.
 */
import { createWriteStream, existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import Docker from 'dockerode'

const docker = new Docker({ socketPath: new URL(process.env['DOCKER_HOST'] ?? '').pathname })
const file = `${process.env['OUT_DIR']}/all.log`
const wasHereBefore = existsSync(file)
const output = createWriteStream(file, { flags: 'a' })

async function follow(container: Docker.Container, since: number): Promise<void> {
  try {
    const stream = await container.logs({ follow: true, stdout: true, stderr: true, since })
    let rest = Buffer.alloc(0)
    for await (const chunk of stream) {
      rest = Buffer.concat([rest, Buffer.from(chunk)])
      while (rest.length >= 8 && rest.length >= 8 + rest.readUInt32BE(4)) {
        output.write(rest.subarray(8, 8 + rest.readUInt32BE(4)))
        rest = rest.subarray(8 + rest.readUInt32BE(4))
      }
    }
  } catch {
    // It broke, or there is no engine: once more.
  }
  await sleep(RETRY_MS)
  await follow(container, thisSecond())
}

function thisSecond(): number {
  return Math.floor(Date.now() / 1000)
}

const RETRY_MS = 50
const containers = await docker.listContainers({ filters: { label: [process.env['LABEL'] ?? ''] } })
const first = wasHereBefore ? thisSecond() : 0
await Promise.all(containers.map(({ Id }) => follow(docker.getContainer(Id), first)))
