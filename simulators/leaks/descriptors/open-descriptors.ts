import { fstatSync, readdirSync, readlinkSync } from 'node:fs'

/** An open descriptor of this process. */
export interface OpenDescriptor {
  readonly number: number
  /** What it leads to, as the system names it: a path, `socket:[inode]`, `pipe:[inode]`, `anon_inode:[eventfd]`. */
  readonly link: string
  readonly inode: number
  readonly device: number
}

/**
 * Every open descriptor of this process, or null on a system that does not list them under `/proc/self/fd` (all but Linux).
 * @param directory where they are listed, for tests
 */
export function openDescriptors(directory = '/proc/self/fd'): OpenDescriptor[] | null {
  let names
  try {
    names = readdirSync(directory)
  } catch {
    return null
  }
  return names.flatMap((name) => {
    try {
      const number = Number(name)
      const { ino, dev } = fstatSync(number)
      return [{ number, link: readlinkSync(`${directory}/${name}`), inode: ino, device: dev }]
    } catch {
      // The one of the listing itself is closed by now.
      return []
    }
  })
}

/**
 * Descriptors that are open now beyond those before. They are compared by what they lead to, as numbers are used again: a file that was closed and opened
 * again under another number is not new, a socket under an old number is. Of several that lead to the same, those with the same number are taken for
 * the old ones.
 */
export function newDescriptors(
  before: readonly OpenDescriptor[],
  now: readonly OpenDescriptor[],
): OpenDescriptor[] {
  const numbers = new Set(before.map(withNumber))
  const old = Map.groupBy(before, identity)
  const likelyNewLast = now.toSorted(
    (a, b) => Number(numbers.has(withNumber(b))) - Number(numbers.has(withNumber(a))),
  )
  return likelyNewLast.filter((each) => old.get(identity(each))?.pop() === undefined)
}

function identity({ link, inode, device }: OpenDescriptor): string {
  return `${link} ${device}:${inode}`
}

/** Equal for descriptors that lead to the same under the same number. */
export function withNumber(descriptor: OpenDescriptor): string {
  return `${descriptor.number} ${identity(descriptor)}`
}
