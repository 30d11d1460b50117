// How one ranked list differs from another.
export interface Ranked {
  itemId: string
  rank: number
}

export type Move = { kind: 'same' } | { kind: 'up'; by: number } | { kind: 'down'; by: number } | { kind: 'new' }

/** For each item of `mine`: where it stands against `theirs`. A rank nearer to 1 is up. */
export function movesOf(mine: readonly Ranked[], theirs: readonly Ranked[]): Map<string, Move> {
  const there = new Map(theirs.map((one) => [one.itemId, one.rank]))
  return new Map(
    mine.map(({ itemId, rank }) => {
      const old = there.get(itemId)
      if (old === undefined) return [itemId, { kind: 'new' } as Move]
      if (old === rank) return [itemId, { kind: 'same' } as Move]
      return [itemId, old > rank ? { kind: 'up', by: old - rank } : { kind: 'down', by: rank - old }]
    }),
  )
}

/** How many of `mine` stand in `theirs` too. */
export function sharedOf(mine: readonly Ranked[], theirs: readonly Ranked[]): number {
  const there = new Set(theirs.map((one) => one.itemId))
  return mine.filter((one) => there.has(one.itemId)).length
}
