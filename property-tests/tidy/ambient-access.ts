import { importsOf, isTest, withoutComments, type SourceFile } from './source-file.ts'

/** What only adapters may import: the collector, and the world it is proven in, are given clock, files and network as ports. */
const PACKAGES =
  /^(node:)?(fs|net|http|https|http2|tls|dgram|timers|child_process)(\/|$)|^(dockerode|fastify|pino|undici)(\/|$)/

const GLOBALS =
  /(?<![\w.#])(?:setTimeout|setInterval|setImmediate|fetch)\(|\bDate\.now\(|\bperformance\.now\(|\bnew Date\(\)/g

/** Code that runs in production and in virtual time alike. */
const PURE = ['reference/', 'simulators/']

/** Where time, files and network come in. */
const ADAPTERS = [
  'reference/adapters/',
  // Runs in a browser: a text for the collector.
  'reference/http/page/page-script.ts',
  // Serves the simulated engine on a real socket.
  'simulators/daemon/',
  // Between a client's sockets and the engine's.
  'simulators/proxy/over-sockets/',
  // Real timers and sockets for simulators.
  'simulators/real-time/',
  // Serves simulated sinks on real sockets.
  'simulators/sinks/over-http/',
  // Clients of engines on sockets, the docker command among them.
  'simulators/contract/arms/',
  // Finds what a block of code leaves open in the real process.
  'simulators/leaks/',
  // Lets the real event loop turn between virtual events.
  'simulators/world/settle.ts',
]

/** Ways around the ports, a sentence each. */
export function ambientAccess(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => isIn(PURE, file) && !isIn(ADAPTERS, file) && file.path.endsWith('.ts') && !isTest(file))
    .flatMap((file) => [
      ...importsOf(file)
        .filter((target) => PACKAGES.test(target))
        .map((target) => `${file.path} must not import ${target}`),
      ...[...withoutComments(file.text).matchAll(GLOBALS)].map(
        ([use]) => `${file.path} must not use ${use.replace('(', '')}`,
      ),
    ])
}

function isIn(prefixes: readonly string[], { path }: SourceFile): boolean {
  return prefixes.some((prefix) => path.startsWith(prefix))
}
