import { z } from 'zod'
import type { SeenEvent } from '../arm.ts'

const EventJson = z.object({
  Type: z.string(),
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
})

/** Reads events, one JSON object each, however they are cut into pieces. Those of anything but containers are left out. */
export class EventLines {
  readonly seen: SeenEvent[] = []
  #rest = ''

  add(piece: Uint8Array): void {
    const lines = (this.#rest + Buffer.from(piece).toString()).split('\n')
    this.#rest = lines.pop()!
    for (const line of lines.filter((each) => each !== '')) this.#addLine(line)
  }

  #addLine(line: string): void {
    const { Type, Action, Actor } = EventJson.parse(JSON.parse(line))
    if (Type === 'container') this.seen.push({ action: Action, id: Actor.ID, attributes: Actor.Attributes })
  }
}
