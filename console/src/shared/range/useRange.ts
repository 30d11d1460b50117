// The days a page shows, read from the address and written into it: a link shows a colleague the same days.
import { useEffect, useState } from 'react'
import { useSearchParams } from 'react-router-dom'
import { workspaceTimeZone } from '../format'
import { dayOf, readRange, writeCompare, writeDays, type Compare, type Days, type Range } from './range'

/** The workspace's day; looks at the clock each half minute, so midnight is noticed. */
export function useToday(): string {
  const [today, setToday] = useState(() => dayOf(Date.now(), workspaceTimeZone()))
  useEffect(() => {
    const timer = setInterval(() => setToday(dayOf(Date.now(), workspaceTimeZone())), 30_000)
    return () => clearInterval(timer)
  }, [])
  return today
}

export interface UseRange extends Range {
  today: string
  setDays: (days: Days) => void
  setCompare: (compare: Compare) => void
}

export function useRange(): UseRange {
  const today = useToday()
  const [search, setSearch] = useSearchParams()
  const range = readRange(search, today)
  return {
    ...range,
    today,
    setDays: (days) => setSearch((old) => writeDays(old, days, today), { replace: true }),
    setCompare: (compare) => setSearch((old) => writeCompare(old, compare, range.days), { replace: true }),
  }
}
