import { describe, expect, it } from 'vitest'
import { besides } from './spot'

const card = { width: 380, height: 200 }
const desk = { width: 1440, height: 900 }
const phone = { width: 390, height: 844 }
const small = { width: 366, height: 220 }

describe('the card of the tour stands', () => {
  it('in the middle when it speaks of no part', () => expect(besides(null, card, desk)).toEqual({ left: 530, top: 350 }))
  it('below a part with room below', () => expect(besides({ left: 300, top: 100, width: 600, height: 150 }, card, desk)).toEqual({ left: 300, top: 266 }))
  it('above one at the bottom', () => expect(besides({ left: 300, top: 600, width: 600, height: 280 }, card, desk).top).toBe(384))
  it('beside one as tall as the window', () => expect(besides({ left: 300, top: 20, width: 500, height: 860 }, card, desk).left).toBe(816))
  it('over the end of one that leaves no room', () => expect(besides({ left: 0, top: 20, width: 390, height: 820 }, small, phone)).toEqual({ left: 12, top: 612 }))
  it('inside the window always', () => {
    for (let left = -200; left < 1500; left += 90) {
      for (let top = -400; top < 1000; top += 90) {
        const at = besides({ left, top, width: 300, height: 260 }, card, desk)
        expect(at.left).toBeGreaterThanOrEqual(0)
        expect(at.left + card.width).toBeLessThanOrEqual(desk.width)
        expect(at.top).toBeGreaterThanOrEqual(0)
        expect(at.top + card.height).toBeLessThanOrEqual(desk.height)
      }
    }
  })
})
