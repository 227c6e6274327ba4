/**
 * What benchmarks of worlds are measured in: a fixed piece of work of the same kind, which has nothing of the project in it, so that it costs a machine at a
 * moment the same whatever changes here. It awaits, makes small objects and maps, copies bytes and joins texts, for some milliseconds.
 * @returns a number that depends on all of it: nothing of it can be left out
 */
export async function unitOfWork(): Promise<number> {
  let sum = 0
  const held = new Map<string, { readonly bytes: Uint8Array; readonly at: number }>()
  for (let at = 0; at < ROUNDS; at++) {
    const bytes = new Uint8Array(BYTES).fill(at % 251)
    held.set(`key ${at % KEYS}`, { bytes: bytes.slice(1), at })
    // oxlint-disable-next-line no-await-in-loop -- it is what is measured
    sum += await later(at)
    const { bytes: other, at: then } = held.get(`key ${(at * 7) % KEYS}`) ?? { bytes, at }
    sum += other[at % (BYTES - 1)]! + then + Buffer.compare(bytes, other)
  }
  return sum
}

async function later(value: number): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  process.nextTick(resolve, value)
  return await promise
}

const ROUNDS = 10_000
const KEYS = 500
const BYTES = 64
