/** A block of code in a document. */
export interface Block {
  /** `README.md:12`, where its fence is. */
  readonly place: string
  readonly language: string
  readonly text: string
  /** What the comment above it asks for; `null` without one. */
  readonly mark: Mark | null
}

/**
 * How a block is held to what it says:
 * - `run` it is run as it is, and must end well. - `types` it is type-checked.
 * - `collector`, `subject`, `scenario` it is a file of this kind. - `excerpt` each line of it stands in the file that is named.
 * - `routes` the requests in it are for routes that there are. - `no` it cannot be tested, and `argument` says why.
 */
export interface Mark {
  readonly kind: (typeof MARKS)[number]
  readonly argument: string
}

export const MARKS = ['run', 'types', 'collector', 'subject', 'scenario', 'excerpt', 'routes', 'no'] as const

/** The blocks of a document that name their language. The mark is an HTML comment in front, such as `<!-- test: no, it needs a cluster -->`. */
export function blocksOf(file: string, text: string): Block[] {
  return [...text.matchAll(BLOCK)].map((match) => {
    const { mark, language = '', text: code = '' } = match.groups ?? {}
    const fence = match.index + match[0].indexOf('```')
    const line = text.slice(0, fence).split('\n').length
    return { place: `${file}:${line}`, language, text: code, mark: mark === undefined ? null : markOf(mark) }
  })
}

/** @returns `null` when it is none that is known, or gives no reason for testing nothing */
function markOf(text: string): Mark | null {
  const [, word = '', argument = ''] = /^(\w+)[ ,]*(.*)$/.exec(text.trim()) ?? []
  const kind = MARKS.find((known) => known === word)
  if (kind === undefined || (kind === 'no' && argument === '')) return null
  return { kind, argument }
}

/** Commands in a document: `npm run NAME`, and `watertight VERB` with the options behind it. */
export function commandsOf(text: string): {
  scripts: string[]
  verbs: { verb: string; options: string[] }[]
} {
  const scripts = [...text.matchAll(/\bnpm run (?:-s )?([\w:-]+)/g)].map(([, name]) => name!)
  const commands = [...text.matchAll(/(?:^|[`\s])(?:npx )?watertight ([a-z][a-z-]*)([^`\n#]*)/gm)]
  const verbs = commands
    .filter(([whole]) => /`|npx|--|^\s*watertight/.test(whole))
    .map(([, verb, rest]) => ({
      verb: verb!,
      options: [...rest!.matchAll(/(?<=\s)--[a-z][a-z-]*/g)].map(([name]) => name),
    }))
  return { scripts, verbs }
}

const BLOCK =
  /(?:<!-- test: (?<mark>[^\n]*?) -->\n\s*\n?)?^(?<indent> *)```(?<language>[a-z]+)\n(?<text>[^]*?)^\k<indent>```/gm
