// Where a card stands that speaks of a part of the page: pure arithmetic in pixels of the window.

export interface Box {
  left: number
  top: number
  width: number
  height: number
}

const GAP = 16
const EDGE = 12

/** Below the part, or above, right or left of it, whichever has room; else over its lower end; in the middle without one. */
export function besides(part: Box | null, card: { width: number; height: number }, room: { width: number; height: number }): { left: number; top: number } {
  const inX = (left: number) => Math.max(EDGE, Math.min(left, room.width - card.width - EDGE))
  const inY = (top: number) => Math.max(EDGE, Math.min(top, room.height - card.height - EDGE))
  if (part === null) return { left: inX((room.width - card.width) / 2), top: inY((room.height - card.height) / 2) }
  const bottom = part.top + part.height
  const right = part.left + part.width
  if (bottom + GAP + card.height + EDGE <= room.height) return { left: inX(part.left), top: inY(bottom + GAP) }
  if (part.top - GAP - card.height >= EDGE) return { left: inX(part.left), top: inY(part.top - GAP - card.height) }
  if (right + GAP + card.width + EDGE <= room.width) return { left: inX(right + GAP), top: inY(part.top) }
  if (part.left - GAP - card.width >= EDGE) return { left: inX(part.left - GAP - card.width), top: inY(part.top) }
  return { left: inX((room.width - card.width) / 2), top: inY(room.height) }
}
