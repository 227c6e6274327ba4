import { describe, expect, test } from 'vitest'
import type { FileHandle } from '../../ports/file-system.ts'
import { fileOf } from './model-file-rig.test-helper.ts'
import { ModelFile } from './model-file.ts'

const NEVER = new AbortController().signal
const LINES = ['{"a":1}', '{"b":"two"}', '{"c":null}']

/** What is written, as one file. */
async function written(lines: readonly string[] = LINES, windowMs = 60_000): Promise<Uint8Array> {
  const { fileSystem, contents } = fileOf(null)
  await new ModelFile(fileSystem, '/model').write(windowMs, lines, NEVER)
  return contents()!
}

async function read(
  bytes: Uint8Array | null,
  take: (line: string) => void = () => {},
): Promise<number | null> {
  return await new ModelFile(fileOf(bytes).fileSystem, '/model').read(60_000, take, NEVER)
}

describe('a model file', () => {
  test('gives back the lines that were written, also where reads are short', async () => {
    const long = ['x'.repeat(200_000), ...LINES, '']
    const lines: string[] = []
    expect(await read(await written(long), (line) => lines.push(line))).toBe(5)
    expect(lines).toEqual(long)
    expect(await read(await written([]))).toBe(0)
  })

  test('that is not there is none', async () => {
    expect(await read(null)).toBeNull()
  })

  test('of which any byte is another, or the end is missing, is spoilt and nothing of it is used', async () => {
    const good = await written()
    const taken: string[] = []
    for (let at = 0; at < good.length; at++) {
      for (const mask of [1, 0x80, 0x2a]) {
        const bad = Uint8Array.from(good)
        bad[at]! ^= mask
        // eslint-disable-next-line no-await-in-loop -- one after the other
        await expect(
          read(bad, (line) => taken.push(line)),
          `byte ${at}`,
        ).rejects.toMatchObject({
          name: 'SpoiltModel',
        })
      }
      // eslint-disable-next-line no-await-in-loop -- one after the other
      await expect(read(good.subarray(0, at), (line) => taken.push(line))).rejects.toMatchObject({
        name: 'SpoiltModel',
      })
    }
    expect(taken).toEqual([])
  })

  test('says in one sentence why it cannot be used', async () => {
    const text = Buffer.from(await written()).toString()
    const of = (changed: string): Promise<unknown> => read(Buffer.from(changed))
    await expect(of('')).rejects.toThrow('its end is missing')
    await expect(of('\0'.repeat(500))).rejects.toThrow('its end is missing')
    await expect(of(`${text.slice(0, -1)}x\n`)).rejects.toThrow('its end is missing')
    await expect(of(text.replace('two', 'six'))).rejects.toThrow('its checksum is another one')
    await expect(of(text.replace('"version":1', '"version":2'))).rejects.toThrow(
      'it is of version 2, and this collector reads version 1',
    )
    await expect(of(text.replace('model', 'pudel'))).rejects.toThrow('it does not begin as a model does')
    await expect(read(await written(LINES, 1000))).rejects.toThrow(
      'it is for windows of 1000 ms, and anomaly.window is 60000 ms',
    )
    await expect(
      read(await written(), () => {
        throw new Error('no source')
      }),
    ).rejects.toThrow('line 2 is not that of a source: no source')
  })

  test('a line without an end takes no more than 4 MiB of memory', async () => {
    const endless: FileHandle = {
      ...fileOf(null).handle,
      read: async (buffer) => {
        buffer.fill(0x61)
        expect(buffer.byteLength).toBeLessThanOrEqual(4 * 1024 * 1024)
        return buffer.byteLength
      },
    }
    const { fileSystem } = fileOf(null)
    const file = new ModelFile({ ...fileSystem, open: async () => endless }, '/model')
    await expect(file.read(60_000, () => {}, NEVER)).rejects.toThrow('a line of it is too long')
  })
})
