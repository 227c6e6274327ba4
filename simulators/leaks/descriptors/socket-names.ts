import { readFileSync } from 'node:fs'

/**
 * What the system knows of this machine's sockets, by inode: `tcp 127.0.0.1:80 -> 127.0.0.1:40000 established`, `unix /tmp/docker.sock`. A unix socket
 * without a path, which is that of any client, has none. Empty where `/proc/net` is not to be had.
 */
export function socketNames(directory = '/proc/self/net'): ReadonlyMap<number, string> {
  const names = new Map<number, string>()
  for (const protocol of ['tcp', 'tcp6', 'udp', 'udp6']) {
    for (const fields of rowsOf(`${directory}/${protocol}`)) {
      const [, local = '', remote = '', state = ''] = fields
      const peer = remote.endsWith(':0000') ? '' : ` -> ${addressOf(remote)}`
      const status = protocol.startsWith('tcp') ? ` ${TCP_STATES[Number.parseInt(state, 16)] ?? ''}` : ''
      names.set(Number(fields[9]), `${protocol} ${addressOf(local)}${peer}${status}`)
    }
  }
  for (const [, , , , , , inode, path] of rowsOf(`${directory}/unix`)) {
    if (path !== undefined) names.set(Number(inode), `unix ${path}`)
  }
  return names
}

function rowsOf(file: string): string[][] {
  let text
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return []
  }
  const [, ...rows] = text.split('\n')
  return rows.filter((row) => row !== '').map((row) => row.trim().split(/\s+/))
}

/** `0100007F:1F90` is `127.0.0.1:8080`: words of four bytes in the machine's order, which is little-endian here, and the port in the network's. */
function addressOf(text: string): string {
  const [address = '', port = ''] = text.split(':')
  const words = address.match(/.{8}/g) ?? []
  const bytes = words.flatMap((word) => [...Buffer.from(word, 'hex')].toReversed())
  const shown = bytes.length === 4 ? bytes.join('.') : `[${groupsOf(bytes).join(':')}]`
  return `${shown}:${Number.parseInt(port, 16)}`
}

function groupsOf(bytes: readonly number[]): string[] {
  return bytes.flatMap((byte, at) =>
    at % 2 === 0 ? [((byte << 8) | (bytes[at + 1] ?? 0)).toString(16)] : [],
  )
}

/** By number, as in Linux's `tcp_states.h`. */
const TCP_STATES = [
  '',
  'established',
  'syn-sent',
  'syn-received',
  'fin-wait-1',
  'fin-wait-2',
  'time-wait',
  'close',
  'close-wait',
  'last-ack',
  'listening',
  'closing',
]
