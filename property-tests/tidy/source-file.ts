import path from 'node:path'

/** A file of the project, as the rules see it. */
export interface SourceFile {
  /** From the project's root, with slashes. */
  readonly path: string
  readonly text: string
}

/** Tests and what only tests use: rules about what runs in production leave them alone. */
export function isTest({ path: file }: SourceFile): boolean {
  return /\.(test|bench|test-helper|test-support)\.ts$|\/test-support\.ts$/.test(file)
}

/** The text without comments, so that a rule does not find what is only spoken of. A `//` within a string, as in an address, stays. */
export function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1')
}

/** What a file imports, statically or not: packages as they are written, files of the project as paths from its root. */
export function importsOf(file: SourceFile): string[] {
  const code = withoutComments(file.text)
  const matches = code.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)'([^']+)'/g)
  return [...matches].map(([, specifier]) => resolve(file, specifier!))
}

/** Files of the project that a file names relative to itself in any string, imports among them. */
export function filesNamedIn(file: SourceFile): string[] {
  const matches = withoutComments(file.text).matchAll(/['"`](\.{1,2}\/[\w./-]+)['"`]/g)
  return [...matches].map(([, relative]) => resolve(file, relative!))
}

/** Sources that a file which is none runs with Node: by their path from the root, or from where the file is. */
export function programsNamedIn(file: SourceFile): string[] {
  const named = [...file.text.matchAll(/\bnode[,\s]+([\w./-]+\.ts)\b/g)].map(([, program]) => program!)
  return named.flatMap((program) => [program, path.posix.join(path.posix.dirname(file.path), program)])
}

function resolve(file: SourceFile, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  return path.posix.join(path.posix.dirname(file.path), specifier)
}
