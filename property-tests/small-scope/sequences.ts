/** Every sequence of `length` of the letters, in the order of a dictionary. */
export function* sequences<T>(letters: readonly T[], length: number): Generator<readonly T[]> {
  if (length === 0) {
    yield []
    return
  }
  for (const start of sequences(letters, length - 1)) for (const letter of letters) yield [...start, letter]
}
