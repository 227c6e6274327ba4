import { spawn, fork } from 'node:child_process'
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { DaemonProcess } from '../scenarios/simulated/daemon-process.ts'
const seconds = Number(process.argv[2] ?? 30)
const N = Number(process.argv[3] ?? 55)
const workloads = Array.from({ length: N }, (_, i) => ({ name: `wt-${i}`, kind: 'chatty' as const, stream: i % 5 === 4 ? 'stderr' as const : 'stdout' as const, pace: { lines: 1, everySeconds: 1 / 60 } }))
const socketPath = `/tmp/gap-${process.pid}.sock`
await using daemon = await DaemonProcess.start({ socketPath, workloads, labels: {}, seed: 1, scenario: null } as never)
let gaps = 0, streams = 0, lines = 0
const end = performance.now() + seconds * 1000
async function follow(name: string) {
  while (performance.now() < end) {
    streams++
    let rest = Buffer.alloc(0), last = -1
    const req = http.request({ socketPath, path: `/v1.41/containers/${name}/logs?follow=1&stdout=1&stderr=1&tail=1000`, agent: false })
    const own = streams
    req.on('response', (res) => {
      res.on('error', () => {})
      res.on('data', (chunk: Buffer) => {
        rest = Buffer.concat([rest, chunk])
        while (rest.length >= 8 && rest.length >= 8 + rest.readUInt32BE(4)) {
          const line = rest.subarray(8, 8 + rest.readUInt32BE(4)).toString()
          rest = rest.subarray(8 + rest.readUInt32BE(4))
          const n = Number(line.split(' ')[1]); lines++
          if (last !== -1 && n !== last + 1) { gaps++; console.log(`stream ${own} of ${name}: ${last} -> ${n}: ${JSON.stringify(line)}`) }
          if (!/^wt-\d+ \d+ x{60} \.\n$/.test(line)) console.log('odd', JSON.stringify(line))
          last = n
        }
      })
    })
    req.on('error', () => {})
    req.end()
    await sleep(2000 + Math.random() * 1000)
    if (process.argv[4] === 'close') req.destroy()
  }
}
await Promise.all(workloads.map(({ name }) => follow(name)))
console.log({ streams, lines, gaps })
process.exit(0)
