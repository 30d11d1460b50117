import type { Schema } from '../shared/client'

type Id = Schema<'CustomerIdentity'>['ids'][number]

/** The ids that go with a number when its merge is taken back: its own, and those of numbers it had absorbed. */
export function idsOf(identity: Pick<Schema<'CustomerIdentity'>, 'ids' | 'merges'>, number: string): Id[] {
  const numbers = new Set([number])
  for (let before = 0; before < numbers.size;) {
    before = numbers.size
    for (const merge of identity.merges) if (numbers.has(merge.into)) numbers.add(merge.number)
  }
  return identity.ids.filter((id) => numbers.has(id.number))
}
