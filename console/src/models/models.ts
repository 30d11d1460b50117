// What is worked out about a league.
import type { Schema } from '../shared/client'

export type League = Schema<'League'>
export type ModelPlace = Schema<'ModelPlace'>
export type ModelVersion = Schema<'ModelVersion'>
export type Models = Schema<'Models'>

/** What answers, and where it is counts alone: why. A key of models.serving. */
export function saysOf(models: Models): 'serving' | 'lost' | 'damaged' | 'never' | 'notAhead' | 'isOff' {
  if (models.deployed.state !== 'none') return models.deployed.state
  const last = models.changes[0]
  if (last === undefined) return 'never'
  return last.why === 'not_ahead' ? 'notAhead' : 'isOff'
}

/** Those that could play, best first. */
export const playersOf = (league: League): readonly ModelPlace[] => league.places.filter((place) => place.verdict !== 'absent')

/** How far the longest bar reaches, and where the better of popularity and item-kNN stands. */
export function barOf(league: League): { best: number; bar: number | undefined } {
  const players = playersOf(league)
  const bars = players.filter((place) => place.verdict === 'bar').map((place) => place.ndcg ?? 0)
  return { best: Math.max(1e-9, ...players.map((place) => place.ndcg ?? 0)), bar: bars.length === 0 ? undefined : Math.max(...bars) }
}
