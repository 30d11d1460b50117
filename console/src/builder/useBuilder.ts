// The blocks of a text. The engine draws the text as a tree and prints the tree as text; whatever was asked before the last change is dropped.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useReducer, useRef, useState } from 'react'
import { call, CallError } from '../shared/client'
import { started, step, type History } from './history'
import { groupOf } from './read'
import { group, isWhole, type Group } from './rows'
import { treeOf } from './write'

const PAUSE_MS = 350 // without a change, before the engine is asked

export interface Building {
  history: History<Group>
  /** loading: the text is not drawn yet; text: it cannot be shown as blocks; blocks: it stands there. */
  is: 'loading' | 'text' | 'blocks'
  /** Why it stays text: a mistake as the engine says it; undefined where it is too deep. */
  why: string | undefined
  /** What the engine says against the blocks as they are. */
  fault: string | undefined
  /** The text says what the blocks say. */
  isSettled: boolean
  change: (group: Group, typing?: string) => void
  undo: () => void
  redo: () => void
}

/** While it is not active, the text may be another; it is drawn when it is active again. */
export function useBuilder(text: string, isActive: boolean, onText: (text: string) => void): Building {
  const [history, dispatch] = useReducer(step<Group>, undefined, () => started(group()))
  const [shown, setShown] = useState('') // the text that the blocks stand for: what comes from outside is another
  const [changed, setChanged] = useState<Group>() // by hand, and not printed yet
  const [calm, setCalm] = useState<Group>() // the same, after a pause
  const [fault, setFault] = useState<string>()
  const tell = useRef(onText)
  tell.current = onText
  const isOther = isActive && text.trim() !== shown.trim()
  const read = useQuery({
    queryKey: ['expressions', 'text', text],
    queryFn: ({ signal }) => call('post', '/api/v1/expressions', { body: { expression: text }, signal }),
    enabled: isOther && text.trim() !== '',
    staleTime: Infinity, retry: false,
  })
  useEffect(() => {
    if (!isOther) return
    const tree = read.data?.tree
    if (text.trim() !== '' && tree == null) return
    dispatch({ is: 'load', to: tree == null || text.trim() === '' ? group() : groupOf(tree) })
    setShown(text)
    if (read.data?.fault === undefined) tell.current(text)
    setFault(text.trim() === '' ? undefined : read.data?.fault?.text)
    setChanged(undefined)
    setCalm(undefined)
  }, [isOther, text, read.data])

  useEffect(() => {
    if (changed === undefined) return
    const timer = setTimeout(() => setCalm(changed), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [changed])
  const tree = calm !== undefined && isWhole(calm) ? treeOf(calm) : undefined
  const print = useQuery({
    queryKey: ['expressions', 'tree', tree],
    queryFn: ({ signal }) => call('post', '/api/v1/expressions', { body: { tree: tree ?? {} }, signal }),
    enabled: tree !== undefined,
    staleTime: Infinity, retry: false,
  })
  const refused = print.error instanceof CallError ? (print.error.detail ?? print.error.code) : print.data?.fault?.text
  useEffect(() => {
    if (calm === undefined) return
    setFault(refused)
    const printed = calm.items.length === 0 ? '' : refused === undefined && tree !== undefined ? print.data?.expression : undefined
    if (printed === undefined) return
    setShown(printed)
    setCalm(undefined)
    setChanged((now) => (now === calm ? undefined : now))
    tell.current(printed)
  }, [calm, tree, print.data, refused])

  const cannot = isOther && text.trim() !== '' && (read.isError || (read.data !== undefined && read.data.tree === null))
  return {
    history,
    is: cannot ? 'text' : isOther && text.trim() !== '' ? 'loading' : 'blocks',
    why: read.error instanceof CallError ? read.error.detail : undefined,
    fault,
    isSettled: changed === undefined && fault === undefined && !cannot,
    change: (next, typing) => {
      dispatch({ is: 'change', to: next, typing })
      setChanged(next)
    },
    undo: () => {
      const before = history.past.at(-1)
      dispatch({ is: 'undo' })
      if (before !== undefined) setChanged(before)
    },
    redo: () => {
      const after = history.future[0]
      dispatch({ is: 'redo' })
      if (after !== undefined) setChanged(after)
    },
  }
}
