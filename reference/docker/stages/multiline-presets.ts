/** Which lines belong together. */
export interface LinePattern {
  /** A line that it matches begins a record. */
  readonly start: RegExp | null
  /** A line that it matches goes on with the record before it; null: any line that begins none. */
  readonly continues: RegExp | null
}

export type MultilinePreset = 'indented' | 'java' | 'python' | 'go'

/** Pairs of patterns by name. They look at one line at a time, so that what a line is does not depend on those before it. */
export const MULTILINE_PRESETS: Readonly<Record<MultilinePreset, LinePattern>> = {
  /** A line that begins with white space goes on. */
  indented: { start: null, continues: /^\s/ },
  java: {
    start: null,
    continues: /^\s+(?:at\s|\.{3}\s\d+\s|Suppressed:|Caused by:)|^Caused by:/,
  },
  python: {
    start: null,
    continues:
      /^\s|^$|^Traceback \(most recent call last\):$|^(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit|Iteration|Group)(?::|$)|^(?:During handling of|The above exception was) /,
  },
  go: {
    start: null,
    continues:
      /^\s|^$|^goroutine \d+ \[|^created by |^\[signal |^exit status \d+$|^(?:[\w.*/-]+\.)+[\w.()*{}-]+\(.*\)$/,
  },
}

export const MULTILINE_PRESET_NAMES: readonly MultilinePreset[] = ['indented', 'java', 'python', 'go']

export function isMultilinePreset(name: string): name is MultilinePreset {
  return Object.hasOwn(MULTILINE_PRESETS, name)
}
