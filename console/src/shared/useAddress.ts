// The part of the address after "?", where pages keep what they show. A change starts from the address as it is now,
// not as it was when the page was last drawn: two quick changes (a choice, then typing) must not undo each other.
import { useCallback } from 'react'
import { useSearchParams } from 'react-router-dom'

export function useAddress(): [URLSearchParams, (change: (now: URLSearchParams) => URLSearchParams, how?: { replace: boolean }) => void] {
  const [search, setSearch] = useSearchParams()
  const change = useCallback(
    (step: (now: URLSearchParams) => URLSearchParams, how?: { replace: boolean }) => setSearch(step(new URLSearchParams(window.location.search)), how),
    [setSearch],
  )
  return [search, change]
}
