import { stringify } from 'yaml'
import type { KeyDescription } from './key-description.ts'

const WIDTH = 160

/** A configuration file with every key, its default and what it is for; a key that is left out by default stands in a comment. */
export function exampleOf(keys: readonly KeyDescription[]): string {
  const head = [
    "The collector's configuration with every key and its default; made from the schema by npm run docs. Every key is optional.",
    'Durations: 100ms, 30s, 5m, 1h. Sizes: 16KiB, 64MiB, 1GiB. ${NAME} in a text stands for an environment variable, ${NAME:-text} for text where that is unset or empty, $$ for a dollar sign.',
  ].flatMap((line) => comment('', line))
  const blocks = keys.map((key) => [...(key.keys === null ? [] : ['']), ...linesOf(key, '')])
  return `${[...head, ...blocks.flat()].join('\n')}\n`
}

function linesOf(described: KeyDescription, indent: string): string[] {
  const { key, keys, words, usual, example, description } = described
  if (keys !== null)
    return [
      ...explained(`${indent}${key}:`, description),
      ...keys.flatMap((each) => linesOf(each, `${indent}  `)),
    ]
  const line = usual === null ? `# ${key}: ${flow(example)}` : `${key}: ${flow(usual)}`
  return explained(indent + line, description, words)
}

/** The line with its comment behind it, or above it where that is too long. */
function explained(line: string, description: string, words: readonly string[] = []): string[] {
  const choice = words.length === 0 ? [] : [words.join(' | ')]
  const whole = `${line} # ${[...choice, description].join('; ')}`
  if (whole.length <= WIDTH) return [whole]
  const indent = /^ */.exec(line)![0]
  return [...comment(indent, [...choice, sentence(description)].join('. ')), line]
}

/** A phrase as a sentence. */
export function sentence(phrase: string): string {
  return `${phrase[0]?.toUpperCase()}${phrase.slice(1)}.`
}

function comment(indent: string, text: string): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)!} ${word}`
    if (indent.length + 1 + longer.length <= WIDTH) lines[lines.length - 1] = longer
    else lines.push(` ${word}`)
  }
  return lines.map((line) => `${indent}#${line}`)
}

/** A value on one line. */
export function flow(value: unknown): string {
  return stringify(value, {
    collectionStyle: 'flow',
    flowCollectionPadding: false,
    singleQuote: true,
    lineWidth: 0,
  }).trim()
}
