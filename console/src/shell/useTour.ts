// Whether the tour runs. It offers itself once in a browser, after the first sign-in; that it was seen is remembered.
import { useCallback, useState } from 'react'
import { useNavigate } from 'react-router-dom'

const kept = 'zhun.tour'

function seen(): boolean {
  try {
    return localStorage.getItem(kept) !== null
  } catch {
    return true // storage is switched off: nothing could be remembered, so do not ask at each visit
  }
}

export function useTour() {
  const navigate = useNavigate()
  const [open, setOpen] = useState(() => !seen())
  const start = useCallback(() => {
    navigate('/') // the tour shows the overview's parts
    setOpen(true)
  }, [navigate])
  const finish = useCallback(() => {
    setOpen(false)
    try {
      localStorage.setItem(kept, 'seen')
    } catch {
      // As above.
    }
  }, [])
  return { open, start, finish }
}
