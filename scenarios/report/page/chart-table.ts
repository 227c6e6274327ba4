import type { Chart } from '../charts.ts'
import { escapeXml } from '../escape-xml.ts'

/** The charts of a page. Columns that several charts show are in it once. */
export class ChartTable {
  readonly #columns: (readonly (number | null)[])[] = []
  readonly #indexes = new Map<readonly (number | null)[], number>()
  readonly #charts: unknown[] = []

  /**
   * The place of a chart in the page.
   * @param group charts of a group show the same moment under the cursor
   * @returns HTML
   */
  place({ title, unit, curves, limits, bands }: Chart, group: string): string {
    const index = this.#charts.length
    this.#charts.push({
      unit,
      group,
      curves: curves.map(({ label, t, values, lane }, place) => ({
        label,
        colour: lane ?? place,
        t: this.#indexOf(t),
        values: this.#indexOf(values),
      })),
      limits,
      bands,
    })
    const heading = unit === '' ? title : `${title}, ${unit}`
    return `<figure><figcaption>${escapeXml(heading)}</figcaption><div class="chart" data-chart="${index}"></div></figure>`
  }

  /** JSON that can stand in a script. */
  get json(): string {
    const text = JSON.stringify({ columns: this.#columns, charts: this.#charts }, (_, value: unknown) =>
      typeof value === 'number' ? Number(value.toPrecision(DIGITS)) : value,
    )
    return text.replaceAll('<', String.raw`\u003c`)
  }

  #indexOf(column: readonly (number | null)[]): number {
    const known = this.#indexes.get(column)
    if (known !== undefined) return known
    this.#indexes.set(column, this.#columns.length)
    return this.#columns.push(column) - 1
  }
}

const DIGITS = 7
