// Drafts that are not saved: kept in memory while the console is open, and asked about before somebody leaves them.
import { useContext, useEffect, useRef } from 'react'
import { UNSAFE_NavigationContext } from 'react-router-dom'
import type { Definition } from './draft'

const kept = new Map<string, Definition>()
export const draftOf = (name: string): Definition | undefined => kept.get(name)
export function keepDraft(name: string, draft: Definition | undefined): void {
  if (draft === undefined) kept.delete(name)
  else kept.set(name, draft)
}

type Leave = () => void

/** While `on`, going to another page calls `onLeave` with the way there instead; closing the window is asked about by the browser.
 * What it gives back lets go: after saving, one may leave. The browser's own back button cannot be held up: the draft is there when one comes back. */
export function useHold(on: boolean, onLeave: (leave: Leave) => void): Leave {
  const { navigator } = useContext(UNSAFE_NavigationContext) // routers without data have no other way to hold a navigation up
  const ask = useRef(onLeave)
  ask.current = onLeave
  const free = useRef(false)
  useEffect(() => {
    if (!on) return
    const { push, replace } = navigator
    const here = window.location.pathname
    const held = (go: typeof push): typeof push => (to, state, options) => {
      const path = typeof to === 'string' ? new URL(to, window.location.href).pathname : to.pathname ?? here
      if (free.current || path === here) go.call(navigator, to, state, options)
      else ask.current(() => go.call(navigator, to, state, options))
    }
    navigator.push = held(push)
    navigator.replace = held(replace)
    const closing = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', closing)
    return () => {
      navigator.push = push
      navigator.replace = replace
      window.removeEventListener('beforeunload', closing)
    }
  }, [on, navigator])
  return () => { free.current = true }
}
