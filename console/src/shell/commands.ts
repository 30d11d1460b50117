// What the palette finds: pure ranking, so that it can be tested.

export interface Command {
  id: string
  name: string
  /** Also found by these words: the name in the other language, what it is called elsewhere. */
  also?: string
}

/** Lower-case, without accents, and without the width variants of Chinese keyboards. */
function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim()
}

/** How well `text` fits what was typed: 0 not at all; more is better. Every typed word must be found. */
export function fit(text: string, typed: string): number {
  const whole = plain(text)
  const wanted = plain(typed)
  if (wanted === '') return 1
  if (whole === wanted) return 100
  if (whole.startsWith(wanted)) return 80
  let sum = 0
  const words = wanted.split(/\s+/)
  for (const word of words) {
    const at = whole.indexOf(word)
    if (at < 0) return 0
    // The start of a word counts more than its middle; Chinese has no spaces, so there any place is a start.
    const before = whole[at - 1]
    sum += before === undefined || !/[\p{L}\p{N}]/u.test(before) || /\p{Script=Han}/u.test(word) ? 60 : 30
  }
  return sum / words.length
}

/** Commands that fit, best first; those that fit alike keep their order. */
export function rank<C extends Command>(commands: readonly C[], typed: string): C[] {
  return commands
    .map((command, at) => ({ command, at, score: Math.max(fit(command.name, typed), 0.6 * fit(command.also ?? '', typed === '' ? ' -' : typed)) }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .map((one) => one.command)
}

/** The index after a key in a list of `count`: the arrows go round, Home and End jump. -1 where there is none. */
export function moved(at: number, key: string, count: number): number {
  if (count === 0) return -1
  switch (key) {
    case 'ArrowDown':
      return (at + 1) % count
    case 'ArrowUp':
      return (at - 1 + count) % count
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return Math.min(Math.max(at, 0), count - 1)
  }
}
