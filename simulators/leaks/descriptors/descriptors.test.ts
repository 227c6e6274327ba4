import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { descriptorOf, handleOf } from '../watches/node-handle.ts'
import { portOf } from '../loopback.test-helper.ts'
import { newDescriptors, openDescriptors, type OpenDescriptor } from './open-descriptors.ts'
import { socketNames } from './socket-names.ts'

const descriptor = (number: number, link: string, inode: number): OpenDescriptor => ({
  number,
  link,
  inode,
  device: 1,
})

test('an open file is listed with what it leads to', () => {
  const number = openSync(import.meta.filename, 'r')
  onTestFinished(() => closeSync(number))
  const { ino, dev } = fstatSync(number)
  expect(openDescriptors()).toContainEqual({ number, link: import.meta.filename, inode: ino, device: dev })
})

test('a system that does not list descriptors is told from one that has none', () => {
  expect(openDescriptors('/proc/self/nothing')).toBeNull()
})

test('a number that leads to something else is new, another number for the same is not', () => {
  const before = [descriptor(3, '/log', 1), descriptor(4, 'socket:[7]', 7)]
  const now = [descriptor(3, 'socket:[8]', 8), descriptor(5, '/log', 1), descriptor(4, 'socket:[7]', 7)]
  expect(newDescriptors(before, now)).toEqual([descriptor(3, 'socket:[8]', 8)])
})

test('a file that was replaced under the same name is new', () => {
  expect(newDescriptors([descriptor(3, '/log', 1)], [descriptor(3, '/log', 2)])).toHaveLength(1)
})

test('of several of the same file those with new numbers are the new ones', () => {
  const before = [descriptor(9, '/log', 1)]
  const now = [descriptor(3, '/log', 1), descriptor(9, '/log', 1), descriptor(12, '/log', 1)]
  expect(newDescriptors(before, now).map(({ number }) => number)).toEqual([3, 12])
})

test('sockets are named by protocol, address and state', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'socket-names-'))
  const tcp = net.createServer().listen(0, '127.0.0.1')
  const tcp6 = net.createServer().listen(0, '::1')
  const unix = net.createServer().listen(path.join(directory, 'a.sock'))
  const udp = createSocket('udp4').bind(0, '127.0.0.1')
  onTestFinished(() => {
    for (const each of [tcp, tcp6, unix, udp]) each.close()
    rmSync(directory, { recursive: true })
  })
  await Promise.all([tcp, tcp6, unix, udp].map((each) => once(each, 'listening')))
  const names = socketNames()
  const nameOf = (server: object): string | undefined => {
    const handle = handleOf(server)
    return handle === null ? undefined : names.get(fstatSync(descriptorOf(handle)).ino)
  }
  expect(nameOf(tcp)).toBe(`tcp 127.0.0.1:${portOf(tcp)} listening`)
  expect(nameOf(tcp6)).toBe(`tcp6 [0:0:0:0:0:0:0:1]:${portOf(tcp6)} listening`)
  expect(nameOf(unix)).toBe(`unix ${directory}/a.sock`)
  expect([...names.values()]).toContain(`udp 127.0.0.1:${udp.address().port}`)
})

test('a table of sockets that cannot be read names none', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'socket-names-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  writeFileSync(path.join(directory, 'tcp'), 'sl local_address\n')
  expect(socketNames(directory).size).toBe(0)
})
