/**
 * Whether two hosts, as in `listen`, have an address in common: names of one address count as one, and an address that stands for all
 * of a kind has each of that kind. Names that only a resolver knows are compared as they are.
 */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [addressesOf(one), addressesOf(other)]
  return a.some((address) => b.some((candidate) => covers(address, candidate) || covers(candidate, address)))
}

/** Whether only this machine can reach what listens there. A name that only a resolver knows may be any address. */
export function isLoopback(host: string): boolean {
  return addressesOf(host).every((address) => address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address))
}

/** `localhost` is listened on at both of its addresses. */
function addressesOf(host: string): string[] {
  const name = host.toLowerCase()
  if (name === 'localhost') return ['127.0.0.1', '::1']
  // A URL writes an address in its one usual way: 127.1 is 127.0.0.1, and 0:0::1 is ::1.
  const usual = URL.parse(`http://${name.includes(':') ? `[${name}]` : name}`)?.hostname ?? name
  return [usual.replace(/^\[(.*)\]$/, '$1')]
}

function covers(address: string, other: string): boolean {
  if (address === other || address === '::') return true
  return address === '0.0.0.0' && !other.includes(':')
}
