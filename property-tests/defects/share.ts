/**
 * Every n-th of a list: `2/3` is the second, the fifth, and so on. The shares of one denominator have all of it, and nothing twice.
 * @throws RangeError when the text is no such share
 */
export function shareOf<T>(all: readonly T[], share: string): T[] {
  const [number = 0, of = 0] = (/^([1-9]\d*)\/([1-9]\d*)$/.exec(share) ?? []).slice(1).map(Number)
  if (number < 1 || number > of) throw new RangeError(`Cannot take share "${share}": expected such as 2/3`)
  return all.filter((_, index) => index % of === number - 1)
}
