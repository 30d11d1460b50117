import { useWords } from '../shared/words'
import { standingOf, type Item } from './items'

/** Whether an item can be sold. `quiet`: says nothing where all is well, as in a list. */
export function StandingChip({ item, quiet = false }: { item: Item; quiet?: boolean }) {
  const { t } = useWords()
  const standing = standingOf(item)
  if (standing === 'available' && quiet) return null
  const tone = { available: 'chip-accent', low: 'chip-warn', soldOut: 'chip-bad', notAvailable: 'chip-bad', unlisted: '' }[standing]
  return <span className={`chip chip-small ${tone}`}>{t(`items.state.${standing}`, { stock: item.stock ?? '' })}</span>
}
