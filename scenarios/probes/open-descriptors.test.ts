import { mkdir, mkdtemp, open, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer, connect } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { describeTarget, openDescriptors, openFilesBelow, tcpPlaces, unixPlaces } from './open-descriptors.ts'

const UNIX = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 31 /run/docker.sock
0000000000000000: 00000003 00000000 00000000 0001 03 32
`
const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 41 1 0 100 0 0 10 0
   1: 0100007F:1F91 0100007F:0C1C 01 00000000:00000000 00:00000000 00000000     0        0 42 1 0 20 4 30 10 -1
`

test('sockets are told by where they lead', () => {
  const places = new Map([...unixPlaces(UNIX), ...tcpPlaces(TCP)])
  const told = ['31', '32', '41', '42', '43'].map((inode) => describeTarget(`socket:[${inode}]`, places))
  expect(told).toEqual([
    'socket at /run/docker.sock',
    'socket to a unix socket',
    'socket that listens at 127.0.0.1:8080',
    'socket to 127.0.0.1:3100',
    'socket of a kind that is not listed',
  ])
  expect(describeTarget('/var/log/a.log', places)).toBe('file /var/log/a.log')
  expect(describeTarget('anon_inode:[eventpoll]', places)).toBe('eventpoll')
})

test.runIf(process.platform === 'linux')('what this process has open is found', async () => {
  await using handle = await open(import.meta.filename)
  await using server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address!.port : 0
  const client = connect(port, '127.0.0.1')
  await once(client, 'connect')
  const found = await openDescriptors([process.pid])
  client.destroy()
  expect(handle.fd).toBeGreaterThan(0)
  expect(found.get(`file ${import.meta.filename}`)).toBe(1)
  expect(found.get(`socket that listens at 127.0.0.1:${port}`)).toBe(1)
  expect(found.get(`socket to 127.0.0.1:${port}`)).toBe(1)
})

test.runIf(process.platform === 'linux')(
  'of a directory the files that are open count, each once',
  async () => {
    const directory = await realpath(await mkdtemp(path.join(tmpdir(), 'open-files-')))
    onTestFinished(() => rm(directory, { recursive: true }))
    const below = path.join(directory, 'logs', 'a')
    await mkdir(below, { recursive: true })
    await writeFile(path.join(below, 'a.log'), '')
    await writeFile(path.join(directory, 'logs-of-others'), '')
    await using handles = new AsyncDisposableStack()
    for (const name of ['logs/a', 'logs/a/a.log', 'logs/a/a.log', 'logs-of-others'])
      handles.use(await open(path.join(directory, name)))
    expect(await openFilesBelow(path.join(directory, 'logs'), [process.pid])).toBe(1)
  },
)
