/**
 * The fewest of some things that are still enough: none of what is left can be left out alone. Tries to leave out halves first, then quarters, down to
 * single ones.
 * @param isEnough is true of `all`
 */
export async function smallest<T>(
  all: readonly T[],
  isEnough: (some: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let kept = all
  let size = Math.ceil(kept.length / 2)
  while (size >= 1 && kept.length > 0) {
    let left = false
    // From the end: what comes last is the likeliest to be of no account.
    for (let to = kept.length; to > 0; to -= size) {
      const fewer = [...kept.slice(0, Math.max(0, to - size)), ...kept.slice(to)]
      // oxlint-disable-next-line no-await-in-loop -- each try depends on the one before
      if (!(await isEnough(fewer))) continue
      kept = fewer
      left = true
    }
    if (size > 1) size = Math.ceil(size / 2)
    else if (!left) break
  }
  return kept
}
