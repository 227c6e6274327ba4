import { existsSync } from 'node:fs'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { World } from '../../../simulators/index.ts'
import { DETECTION_OFF } from '../../anomalies/anomaly-detection.ts'
import { FastifyHttpServer } from '../../adapters/fastify-http-server.ts'
import { completeConfig } from '../../config/complete-config.ts'
import { createCollector } from '../../main.ts'
import type { SecretConfig } from '../../secret.ts'
import { Access } from '../access.ts'
import { apiRoutes } from '../api-routes.ts'
import { Captures } from '../captures.ts'
import type { Health } from '../health.ts'
import type { Status } from '../status.ts'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const WHERE = process.env['SCREENSHOTS']
const TOKEN = 'open-sesame-0123456789'
/** What a container, a label or an error may hold. */
const EVIL = '<img src=x onerror="document.title=1">\u001B[31m\u202Efdp.exe'

const sink = {
  lines: 12_345,
  bytes: 1_234_567,
  writes: 321,
  retried: 0,
  deadLetters: 0,
  queueBytes: 0,
  spoolBytes: 0,
}
const container = {
  id: 'a'.repeat(64),
  from: 'api',
  streamAgeMs: 83_000,
  waitingForSlot: false,
  unreadForMs: 0,
  position: { epoch: 0, records: 4321 },
} as const

const EMPTY: Status = {
  state: 'running',
  monitors: [{ name: 'container', state: 'running', unfinished: [] }],
  streams: { open: 0, slots: 50, rotations: 0 },
  containers: [],
  files: [],
  pushed: [],
  sinks: [{ sink: 'local_file', ...sink, lines: 0, writes: 0 }],
  lastReload: null,
  errors: [],
}
const WELL: Status = {
  ...EMPTY,
  streams: { open: 3, slots: 50, rotations: 17 },
  containers: ['web', 'worker', 'database'].map((name, n) => ({ ...container, id: `${n}`.repeat(64), name })),
  files: [{ path: '/var/log/app.log', position: { epoch: 1, records: 77 }, fault: null }],
  pushed: [
    { path: 'jobs/night.log', position: { epoch: 1, records: 5 }, lastAt: '2026-01-01T00:00:00.000Z' },
  ],
  sinks: [
    { sink: 'local_file', ...sink },
    { sink: 'loki', ...sink },
  ],
}
const FAILING: Status = {
  ...WELL,
  containers: [
    ...WELL.containers,
    {
      ...container,
      name: EVIL,
      streamAgeMs: null,
      waitingForSlot: true,
      unreadForMs: 65_000,
      position: null,
    },
  ],
  sinks: [
    { sink: 'local_file', ...sink },
    {
      sink: 'loki',
      ...sink,
      retried: 44,
      deadLetters: 3,
      queueBytes: 3 * 2 ** 20,
      spoolBytes: 700 * 2 ** 20,
    },
  ],
  errors: [
    {
      level: 'error',
      message: EVIL,
      fields: { sink: 'loki', why: `connect ECONNREFUSED ${'10.0.0.7:3100 '.repeat(20)}` },
      count: 44,
      firstAt: '2026-01-01T00:00:00.000Z',
      lastAt: '2026-01-01T00:01:00.000Z',
    },
  ],
}
const HEALTHY: Health = { status: 'healthy', checks: { collector: { ok: true, detail: 'running' } } }
const DEGRADED: Health = {
  status: 'degraded',
  checks: { ...HEALTHY.checks, 'sink loki': { ok: false, detail: `refused for 44 s: ${EVIL}` } },
}

interface Served {
  status: Status
  health: Health
}

/** The API of a collector that is as `served` says. */
async function serve(served: Served, token: SecretConfig | null = null): Promise<string> {
  const config = completeConfig({ api: { token } })
  const ports = new World({ seed: 1 }).ports()
  const { metrics, tasks } = createCollector(config, ports)
  const routes = apiRoutes({
    health: () => served.health,
    status: () => served.status,
    anomalies: () => DETECTION_OFF,
    logs: { push: null, bodyBytesMax: 1 },
    monitors: [],
    reload: () => Promise.reject(new Error('Nobody asks for it')),
    tasks,
    process: ports.process,
    captures: new Captures(ports),
    access: new Access({ ...config.api, requestsPerSecond: 10_000 }, { ...ports, metrics }),
  })
  const listening = await new FastifyHttpServer().listen({ host: '127.0.0.1', port: 0 }, routes)
  onTestFinished(() => listening.close())
  return `http://127.0.0.1:${listening.address.port}/`
}

async function keep(page: Page, name: string): Promise<void> {
  if (WHERE !== undefined) await page.screenshot({ path: `${WHERE}/${name}.png`, fullPage: true })
}

describe.skipIf(!existsSync(CHROMIUM))(
  'the status page, where there is a Chromium (CHROMIUM, or /usr/bin/chromium)',
  () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    })
    afterAll(async () => await browser.close())

    /** A tab, and what it asked for and complained of. */
    async function open(url: string): Promise<{ page: Page; requests: string[]; complaints: string[] }> {
      const context = await browser.newContext({
        colorScheme: 'light',
        viewport: { width: 1200, height: 900 },
      })
      onTestFinished(() => context.close())
      const page = await context.newPage()
      const requests: string[] = []
      const complaints: string[] = []
      page.on('request', (request) => void requests.push(request.url()))
      page.on('pageerror', (error) => void complaints.push(error.message))
      page.on('console', (message) => {
        // The browser's own words for answers of 401 and 503, which the page expects.
        if (message.type() === 'error' && !/status of (?:401|503)/.test(message.text()))
          complaints.push(message.text())
      })
      await page.goto(url)
      return { page, requests, complaints }
    }

    test('shows what is well, stays up to date, and asks nobody but its collector', async () => {
      const served: Served = { status: WELL, health: HEALTHY }
      const url = await serve(served)
      const { page, requests, complaints } = await open(url)
      await page.getByRole('cell', { name: 'database' }).waitFor()
      await page.getByText('healthy', { exact: true }).waitFor()
      await keep(page, 'well')
      served.status = { ...WELL, streams: { open: 3, slots: 50, rotations: 4242 } }
      await page.getByText('4,242').waitFor()
      expect(complaints).toEqual([])
      expect(new Set(requests)).toEqual(new Set([url, `${url}health`, `${url}status`]))
    })

    test('shows a sink that fails, and what others wrote as text and nothing but text', async () => {
      const { page, complaints } = await open(await serve({ status: FAILING, health: DEGRADED }))
      await page.getByText('degraded', { exact: true }).waitFor()
      await page.getByText('connect ECONNREFUSED').waitFor()
      await keep(page, 'failing')
      const text = await page.locator('#errors').innerText()
      expect(text).toContain('<img src=x onerror="document.title=1">\\u001b[31m\\u202efdp.exe')
      expect(await page.locator('img').count()).toBe(0)
      expect(await page.title()).toBe('watertight collector')
      expect(complaints).toEqual([])
    })

    test('says that there is nothing where there is nothing', async () => {
      const { page } = await open(await serve({ status: EMPTY, health: HEALTHY }))
      await page.getByText('No container is followed.').waitFor()
      await page.getByText('None: the log has no warning and no error.').waitFor()
      await keep(page, 'empty')
    })

    test('asks for the token, says when it is wrong, and shows health without it', async () => {
      const { page, complaints } = await open(
        await serve({ status: WELL, health: HEALTHY }, { value: TOKEN, file: null }),
      )
      const input = page.getByLabel('token')
      await input.waitFor()
      await page.getByText('running').waitFor()
      await keep(page, 'token')
      await input.fill('not-the-token-0123456789')
      await page.getByRole('button', { name: 'show' }).click()
      await page.getByText('That is not the token.').waitFor()
      await input.fill(TOKEN)
      await page.getByRole('button', { name: 'show' }).click()
      await page.getByRole('cell', { name: 'database' }).waitFor()
      expect(await page.locator('#access').isVisible()).toBe(false)
      expect(page.url()).not.toContain(TOKEN)
      expect(complaints).toEqual([])
    })

    test('nothing that is put into it runs', async () => {
      const { page, complaints } = await open(await serve({ status: WELL, health: HEALTHY }))
      await page.getByText('healthy', { exact: true }).waitFor()
      await page.evaluate(`
      const script = document.createElement('script')
      script.textContent = 'document.title = "run"'
      document.body.append(script)
    `)
      await expect.poll(() => complaints.length).toBe(1)
      expect(complaints[0]).toContain('Content Security Policy')
      expect(await page.title()).toBe('watertight collector')
    })
  },
)
