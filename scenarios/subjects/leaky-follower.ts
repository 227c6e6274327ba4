/**
 * A log collector with the leak that started this project: at every rotation it opens a new follow stream for each container and never
 * destroys the old one. It loses no line, so nothing shows until its descriptors run out.
 */
import { createWriteStream } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import Docker from 'dockerode'

const docker = new Docker({ socketPath: new URL(process.env['DOCKER_HOST'] ?? '').pathname })
const output = createWriteStream(`${process.env['OUT_DIR']}/all.log`)
const containers = await docker.listContainers({ filters: { label: [process.env['LABEL'] ?? ''] } })
const rotationMs = Number(process.env['ROTATION_MS'])

async function follow(container: Docker.Container): Promise<void> {
  const seen = new Set<string>()
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one stream after the other
    const stream = await container.logs({ follow: true, stdout: true, stderr: true, tail: 1000 })
    let rest = Buffer.alloc(0)
    stream.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 8 && rest.length >= 8 + rest.readUInt32BE(4)) {
        const line = rest.subarray(8, 8 + rest.readUInt32BE(4)).toString()
        rest = rest.subarray(8 + rest.readUInt32BE(4))
        if (!seen.has(line)) output.write(line)
        seen.add(line)
      }
    })
    // oxlint-disable-next-line no-await-in-loop -- its turn
    await sleep(rotationMs)
    stream.removeAllListeners('data').pause()
  }
}

await Promise.all(containers.map((container) => follow(docker.getContainer(container.Id))))
