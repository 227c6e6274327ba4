import { expect, test } from 'vitest'
import { completeConfig } from './complete-config.ts'
import { assertEnoughDescriptors } from './descriptors.ts'

const config = completeConfig({
  sinks: { localFile: { maxOpenFiles: 900 } },
  containerMonitor: { streamRotation: { maxConcurrentStreams: 61 } },
})

function limit(descriptors: number | null): { fileDescriptorLimit(): Promise<number | null> } {
  return { fileDescriptorLimit: () => Promise.resolve(descriptors) }
}

test('more files and streams than descriptors are refused in one sentence that names both keys', async () => {
  await expect(assertEnoughDescriptors(config, limit(1024))).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringMatching(
      /^Cannot have 1025 files and sockets open, this process may have 1024: lower sinks.local_file.max_open_files \(900\) or container_monitor.stream_rotation.max_concurrent_streams \(61\), or raise the limit/,
    ),
  })
})

test('as many as there are, or where nobody knows, are not', async () => {
  await assertEnoughDescriptors(config, limit(1025))
  await assertEnoughDescriptors(config, limit(null))
  const noFiles = completeConfig({ sinks: { localFile: { enabled: false }, stdout: { enabled: true } } })
  await assertEnoughDescriptors(noFiles, limit(114))
  const onlyFiles = completeConfig({
    containerMonitor: { enabled: false },
    fileMonitor: { enabled: true, paths: ['/logs/*.log'], maxOpenFiles: 30 },
    sinks: { localFile: { maxOpenFiles: 30 } },
  })
  await assertEnoughDescriptors(onlyFiles, limit(124))
  await expect(assertEnoughDescriptors(onlyFiles, limit(123))).rejects.toMatchObject({
    message: expect.stringContaining('file_monitor.max_open_files (30)'),
  })
})
