import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { growing, steady } from '../../observations.test-support.ts'
import { result } from '../report.test-support.ts'
import { reportOf } from '../run-report.ts'
import type { RunResult } from '../run-result.ts'
import { htmlReport } from './html-report.ts'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

const series = {
  tasks: growing(10, 5),
  fds: steady(60),
  fdsByKind: { socket: steady(50), file: steady(10) },
  streams: steady(50),
  delayP50Ms: steady(4),
  delayP99Ms: growing(10, 1),
  healthy: [1, 1, 0, 0, 1, 1, 1, 1, 1, 1],
}
const failed = result({ series, violations: ['I1: <b>51</b> streams </script>'] })
const passed = result({ series: { ...series, tasks: steady(12) } }, false, {
  subject: 'other',
  startedAt: new Date(60_000),
})
const interrupted = result({ series: { ...series, tasks: steady(12) } }, true)

describe.skipIf(CHROMIUM === undefined)(
  'in Chromium (skipped where there is none: apt-get install chromium)',
  () => {
    let browser: Browser
    let directory: string
    let page: Page
    /** What it asked for, and what went wrong. */
    let seen: string[]

    beforeAll(async () => {
      directory = await mkdtemp(path.join(tmpdir(), 'watertight-page-'))
      browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'], timeout: LONG_MS })
    }, LONG_MS)
    afterAll(async () => {
      await browser?.close()
      await rm(directory, { recursive: true })
    }, LONG_MS)
    beforeEach(() => {
      seen = []
    })

    async function open(
      runs: readonly RunResult[],
      options: { readonly colorScheme?: 'dark' } = {},
    ): Promise<void> {
      const file = path.join(directory, 'report.html')
      await writeFile(file, htmlReport(reportOf(runs)))
      page = await browser.newPage(options)
      page.setDefaultTimeout(LONG_MS)
      page.on('pageerror', (error) => seen.push(error.message))
      page.on('console', (message) => seen.push(message.text()))
      page.on('request', (request) => seen.push(request.url()))
      await page.goto(pathToFileURL(file).href)
      await page.waitForSelector('html[data-drawn]', { state: 'attached' })
      expect(seen).toEqual([pathToFileURL(file).href])
    }

    /** Pixels of a chart that have nearly this colour. */
    async function pixels(title: string, rgb: readonly [number, number, number]): Promise<number> {
      const canvas = page.locator(`figure:has(figcaption:text-is("${title}")) canvas`).first()
      return await canvas.evaluate((element, wanted) => {
        // What runs in the browser; the types here are Node's.
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion
        const { width, height, getContext } = element as unknown as CanvasLike
        const { data } = getContext.call(element, '2d').getImageData(0, 0, width, height)
        let count = 0
        for (let at = 0; at < data.length; at += 4) {
          const isNear = wanted.every((part, index) => Math.abs(part - data[at + index]!) < 24)
          if (isNear && data[at + 3]! > 200) count += 1
        }
        return count
      }, rgb)
    }

    test('a failed run shows its charts, its limits and what is behind it, and asks for nothing', async () => {
      await open([failed])
      expect(await page.locator('h1').textContent()).toBe('watertight: 1 of 1 failed')
      expect(await page.locator('canvas').count()).toBe(4)
      expect(await page.locator('html').getAttribute('data-drawn')).toBe('4')
      expect(await pixels('tasks', CURVE)).toBeGreaterThan(100)
      expect(await pixels('tasks', LIMIT)).toBeGreaterThan(100)
      expect(await page.locator('pre').first().textContent()).toContain('I1: <b>51</b> streams </script>')
    })

    test('the legend follows the cursor, in all charts of the run', async () => {
      await open([failed])
      const canvas = page.locator('figure .u-over').first()
      await canvas.hover({ position: { x: 120, y: 50 } })
      const values = page.locator('.u-legend .u-series:nth-child(2) .u-value')
      await expect
        .poll(async () => (await values.allTextContents()).includes('-'), { timeout: LONG_MS })
        .toBe(false)
    })

    test('passed and failed runs stand side by side, in dark too', async () => {
      await open([failed, passed], { colorScheme: 'dark' })
      expect(await page.locator('table.compared th').allTextContents()).toEqual([
        'criterion',
        'allowed',
        'reference',
        'other',
      ])
      expect(await pixels('tasks', CURVE)).toBeGreaterThan(100)
      expect(await pixels('tasks', SECOND)).toBeGreaterThan(100)
      const background = await page
        .locator('body')
        .evaluate((body) => String(body.ownerDocument.defaultView!.getComputedStyle(body).backgroundColor))
      expect(background).toBe('rgb(18, 24, 31)')
    })

    test('an interrupted run says so, and nothing is wider than the page', async () => {
      await open([interrupted])
      expect(await page.locator('section p.open').textContent()).toContain('Interrupted at minute 4.5 of 60')
      await page.setViewportSize({ width: 420, height: 800 })
      const wider = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth)
      expect(wider).toBeLessThanOrEqual(0)
    })
  },
)

interface CanvasLike {
  readonly width: number
  readonly height: number
  readonly getContext: (kind: '2d') => {
    getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray }
  }
}

const CURVE = [0x3b, 0x82, 0xd6] as const
const SECOND = [0xd9, 0x82, 0x2b] as const
const LIMIT = [0xc2, 0x2a, 0x2a] as const
const LONG_MS = 240_000
