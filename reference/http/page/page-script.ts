/**
 * Of the status page: asks `/health` and `/status` every two seconds and shows what they tell. Whatever is shown is set as text, so that none of it is taken for
 * markup, and what a terminal or a reader would take for a command is written out. The token stays in the tab's own storage.
 */
export const PAGE_SCRIPT = String.raw`'use strict'
const EVERY_MS = 2000
const ROWS_MAX = 200
const TOKEN = 'watertight token'
const $ = (id) => document.getElementById(id)
const before = new Map()

function shown(value) {
  return String(value).replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'))
}

function make(tag, text, className) {
  const element = document.createElement(tag)
  if (text !== undefined) element.textContent = shown(text)
  if (className) element.className = className
  return element
}

function number(value) {
  return value.toLocaleString('en')
}

function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let at = 0
  for (; value >= 1024 && at < units.length - 1; at++) value /= 1024
  return (at === 0 ? value : value.toFixed(1)) + ' ' + units[at]
}

function duration(ms) {
  if (ms === null) return '–'
  const seconds = Math.floor(ms / 1000)
  if (seconds < 60) return seconds + ' s'
  if (seconds < 3600) return Math.floor(seconds / 60) + ' min ' + (seconds % 60) + ' s'
  return Math.floor(seconds / 3600) + ' h ' + Math.floor((seconds % 3600) / 60) + ' min'
}

/** Without the fraction of its second. */
function stamp(iso) {
  return iso.slice(0, 19).replace('T', ' ') + ' UTC'
}

/** Per second, since the last look. */
function rate(key, value, nowMs) {
  const last = before.get(key)
  before.set(key, { value, nowMs })
  if (last === undefined || nowMs <= last.nowMs || value < last.value) return '–'
  return number(Math.round(((value - last.value) * 1000) / (nowMs - last.nowMs)))
}

/** @param columns each [title, kind]; @param rows of cells: a value, or [value, class] */
function table(id, columns, rows, none) {
  const section = $(id)
  const title = section.querySelector('h2')
  const parts = [title]
  if (rows.length === 0) parts.push(make('p', none, 'none'))
  else {
    const head = make('tr')
    for (const [name, kind] of columns) head.append(make('th', name, kind))
    const body = make('tbody')
    for (const cells of rows.slice(0, ROWS_MAX)) {
      const row = make('tr')
      cells.forEach((cell, at) => {
        const td = make('td', undefined, columns[at][1])
        if (Array.isArray(cell)) td.append(make('span', cell[0], cell[1]))
        else td.textContent = shown(cell)
        row.append(td)
      })
      body.append(row)
    }
    const made = make('table')
    const thead = make('thead')
    thead.append(head)
    made.append(thead, body)
    parts.push(made)
    if (rows.length > ROWS_MAX) parts.push(make('p', number(rows.length - ROWS_MAX) + ' more: see /status', 'none'))
  }
  section.replaceChildren(...parts)
  section.hidden = false
}

function figure(name, value, note) {
  const card = make('div', undefined, 'card')
  card.append(make('span', name, 'faint'), make('b', value), make('span', note, 'faint'))
  return card
}

const place = (position) => (position === null ? ['–', '–'] : [position.epoch, number(position.records)])
const COUNT = 'number'

function showHealth({ status, checks }) {
  const badge = $('state')
  badge.textContent = status
  badge.className = 'badge ' + (status === 'healthy' ? 'good' : status === 'degraded' ? 'warn' : 'bad')
  const all = Object.entries(checks)
  const bad = all.filter(([, check]) => !check.ok)
  const rows = [...bad, ...all.filter(([, check]) => check.ok)]
  table('checks', [['check'], ['state'], ['what it says', 'wide']], rows.map(([name, { ok, detail }]) => [name, ok ? ['good', 'badge good'] : ['bad', 'badge bad'], detail]), 'There are no checks.')
}

function showStatus(status) {
  const nowMs = performance.now()
  const { containers, errors, files, monitors, pushed, sinks, streams } = status
  const waiting = containers.filter((each) => each.waitingForSlot).length
  const dead = sinks.reduce((sum, each) => sum + each.deadLetters, 0)
  const behind = sinks.reduce((sum, each) => sum + each.queueBytes + each.spoolBytes, 0)
  $('figures').replaceChildren(
    figure('containers', number(containers.length), waiting === 0 ? 'none waits' : number(waiting) + (waiting === 1 ? ' waits' : ' wait') + ' for a stream'),
    figure('streams', number(streams.open), 'of ' + number(streams.slots)),
    figure('rotations', number(streams.rotations), 'since the start'),
    figure('yet to be stored', bytes(behind), 'over all sinks'),
    figure('dead letters', number(dead), 'over all sinks'),
  )
  table('sinks', [['sink'], ['lines', COUNT], ['lines/s', COUNT], ['writes', COUNT], ['tried again', COUNT], ['dead letters', COUNT], ['queue', COUNT], ['spool', COUNT]],
    sinks.map((each) => [each.sink, number(each.lines), rate('sink ' + each.sink, each.lines, nowMs), number(each.writes), number(each.retried), each.deadLetters === 0 ? '0' : [number(each.deadLetters), 'badge warn'], bytes(each.queueBytes), bytes(each.spoolBytes)]), 'No sink is open yet.')
  table('containers', [['container', 'wide'], ['id'], ['read from'], ['stream'], ['age of stream', COUNT], ['unread for', COUNT], ['epoch', COUNT], ['records', COUNT], ['records/s', COUNT]],
    containers.map((each) => [each.name, each.id.slice(0, 12), each.from ?? '–', each.waitingForSlot ? ['waits', 'badge warn'] : each.streamAgeMs === null ? ['none', 'faint'] : 'open', duration(each.streamAgeMs), each.unreadForMs === 0 ? '–' : [duration(each.unreadForMs), 'badge bad'], ...place(each.position), each.position === null ? '–' : rate('container ' + each.id, each.position.records, nowMs)]), 'No container is followed.')
  table('files', [['file', 'wide'], ['state', 'wide'], ['epoch', COUNT], ['records', COUNT]],
    files.map((each) => [each.path, each.fault === null ? 'read' : [each.fault, 'badge bad'], ...place(each.position)]), '')
  $('files').hidden = files.length === 0
  table('pushed', [['file', 'wide'], ['last at', 'stamp'], ['epoch', COUNT], ['records', COUNT]], pushed.map((each) => [each.path, stamp(each.lastAt), ...place(each.position)]), '')
  $('pushed').hidden = pushed.length === 0
  table('monitors', [['monitor'], ['state'], ['has not ended', 'wide']],
    monitors.map((each) => [each.name, [each.state, 'badge ' + (each.state === 'running' ? 'good' : 'warn')], each.unfinished.join(', ') || '–']), 'No monitor is switched on.')
  table('errors', [['last at', 'stamp'], ['level'], ['times', COUNT], ['what', 'wide']],
    errors.map((each) => [stamp(each.lastAt), [each.level, 'badge ' + (each.level === 'error' ? 'bad' : 'warn')], number(each.count), each.message + Object.entries(each.fields).map(([name, text]) => '; ' + name + ': ' + text).join('')]), 'None: the log has no warning and no error.')
}

function told(text, className) {
  $('live').textContent = text
  $('live').className = 'badge ' + className
}

async function ask(path) {
  const token = sessionStorage.getItem(TOKEN)
  const headers = token === null ? {} : { authorization: 'Bearer ' + token }
  return await fetch(path, { headers, cache: 'no-store', signal: AbortSignal.timeout(10_000) })
}

let asking = false
async function look() {
  if (asking || document.hidden) return
  asking = true
  try {
    const [health, status] = await Promise.all([ask('/health'), ask('/status')])
    if (health.status === 200 || health.status === 503) showHealth(await health.json())
    const isRefused = status.status === 401
    $('access').hidden = !isRefused
    for (const section of document.querySelectorAll('[data-protected]')) if (isRefused) section.hidden = true
    if (isRefused) {
      $('wrong').hidden = sessionStorage.getItem(TOKEN) === null
      return told('needs the token', 'warn')
    }
    if (status.status !== 200) return told('answers with ' + status.status, 'bad')
    $('figures').hidden = false
    showStatus(await status.json())
    told('live, ' + new Date().toLocaleTimeString('en-GB'), 'good')
  } catch {
    told('does not answer', 'bad')
  } finally {
    asking = false
  }
}

$('access').querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault()
  sessionStorage.setItem(TOKEN, $('token').value.trim())
  $('token').value = ''
  void look()
})
document.addEventListener('visibilitychange', () => void look())
setInterval(() => void look(), EVERY_MS)
void look()
`
