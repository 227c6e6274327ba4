import { createHash } from 'node:crypto'
import type { HttpReply, Route } from '../../ports/http-server.ts'
import { PAGE_SCRIPT } from './page-script.ts'
import { PAGE_STYLE } from './page-style.ts'

/**
 * `GET /`: a page that shows what `/status` and `/health` tell, for people. It holds no data itself, and so needs no token; what it asks for does. One document,
 * which loads nothing and runs nothing but what is in it.
 */
export function statusPageRoute(): Route {
  return { method: 'GET', path: '/', handle: () => PAGE }
}

const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>watertight collector</title>
<link rel="icon" href="data:,">
<style>${PAGE_STYLE}</style>
</head>
<body>
<header><h1>watertight collector</h1><span id="state" class="badge"></span><span id="live" class="badge">asking</span></header>
<main>
<section id="access" hidden><h2>The token of the API</h2>
<form><input id="token" type="password" aria-label="token" autocomplete="off" required><button>show</button><span id="wrong" class="faint" hidden>That is not the token.</span></form></section>
<div id="figures" data-protected hidden></div>
<section id="checks" hidden><h2>Health</h2></section>
<section id="errors" data-protected hidden><h2>Last warnings and errors</h2></section>
<section id="sinks" data-protected hidden><h2>Sinks</h2></section>
<section id="containers" data-protected hidden><h2>Containers</h2></section>
<section id="files" data-protected hidden><h2>Files</h2></section>
<section id="pushed" data-protected hidden><h2>Pushed</h2></section>
<section id="monitors" data-protected hidden><h2>Monitors</h2></section>
<noscript><p class="none">This page needs JavaScript; /status and /health tell the same.</p></noscript>
</main>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`

/** Nothing but the two parts that are in it, and requests to where it came from. */
const POLICY = [
  "default-src 'none'",
  `script-src '${hashOf(PAGE_SCRIPT)}'`,
  `style-src '${hashOf(PAGE_STYLE)}'`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const PAGE: HttpReply = {
  status: 200,
  contentType: 'text/html; charset=utf-8',
  body: HTML,
  headers: {
    'content-security-policy': POLICY,
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  },
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
