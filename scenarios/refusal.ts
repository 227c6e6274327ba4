/** Wrong usage or environment: the command ends with status 2 and this one sentence, which says what to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}
