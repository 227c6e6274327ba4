import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../reference/config/parse-config.ts'
import { parseSubject } from '../subjects/subject-file.ts'
import { writeTemplate } from './init-command.ts'
import { TEMPLATES } from './templates.ts'

test('the configuration can be used as it is', () => {
  const { text } = TEMPLATES['collector']!
  const { config } = readConfig(text, { file: 'collector.yaml', env: {} })
  expect(config.stateDir).toBe('./data/state')
})

test('the subject file is one', () => {
  expect(parseSubject(TEMPLATES['subject']!.text, 'subject.yaml').name).toBe('mine')
})

test('a file that is there is left alone, unless it may be replaced', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'watertight-init-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const file = path.join(directory, 'collector.yaml')
  await writeFile(file, 'mine')
  await expect(writeTemplate(file, 'new', false)).rejects.toThrow(
    `Cannot write ${file}: it is there already; --force replaces it`,
  )
  expect(await readFile(file, 'utf8')).toBe('mine')
  await writeTemplate(file, 'new', true)
  expect(await readFile(file, 'utf8')).toBe('new')
})
