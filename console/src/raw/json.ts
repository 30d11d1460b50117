// JSON for people: two blanks a level, each piece with its kind, so that a page can colour it.
export type Kind = 'mark' | 'key' | 'string' | 'number' | 'word'
export interface Piece {
  kind: Kind
  text: string
}
export type Line = { depth: number; pieces: Piece[] }

const mark = (text: string): Piece => ({ kind: 'mark', text })

function scalar(value: unknown): Piece {
  if (typeof value === 'string') return { kind: 'string', text: JSON.stringify(value) }
  if (typeof value === 'number') return { kind: 'number', text: JSON.stringify(value) }
  return { kind: 'word', text: JSON.stringify(value) ?? 'null' } // true, false, null; what JSON cannot say is null
}

/** The lines of a value; joined with two blanks a level they are what JSON.stringify(value, null, 2) gives. */
export function jsonLines(value: unknown): Line[] {
  const lines: Line[] = []
  const put = (depth: number, ...pieces: Piece[]) => lines.push({ depth, pieces })
  const walk = (one: unknown, depth: number, before: Piece[], after: Piece[]) => {
    if (typeof one !== 'object' || one === null) return put(depth, ...before, scalar(one), ...after)
    const list = Array.isArray(one)
    const entries: [string, unknown][] = list ? one.map((each, at) => [String(at), each]) : Object.entries(one).filter(([, each]) => each !== undefined)
    const [open, close] = list ? ['[', ']'] : ['{', '}']
    if (entries.length === 0) return put(depth, ...before, mark(open + close), ...after)
    put(depth, ...before, mark(open))
    entries.forEach(([name, each], at) => {
      const comma = at < entries.length - 1 ? [mark(',')] : []
      walk(each, depth + 1, list ? [] : [{ kind: 'key', text: JSON.stringify(name) }, mark(': ')], comma)
    })
    return put(depth, mark(close), ...after)
  }
  walk(value, 0, [], [])
  return lines
}

export function jsonText(value: unknown): string {
  return jsonLines(value)
    .map(({ depth, pieces }) => '  '.repeat(depth) + pieces.map((piece) => piece.text).join(''))
    .join('\n')
}

/** What was sent may not be valid JSON: then it stays text. */
export function parsedOr(text: string): { value: unknown } | { text: string } {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return { text }
  }
}
