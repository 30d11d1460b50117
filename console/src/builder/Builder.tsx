// A condition put together from blocks, beside its text. The engine prints what the blocks say; both are one expression at any time.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { Button } from '../shared/Controls'
import { call, type Schema } from '../shared/client'
import { Loading } from '../shared/View'
import { useWords } from '../shared/words'
import { useTitles } from '../segments/useKept'
import { GroupBox } from './GroupBox'
import { expressionOf, isCountable } from './computed'
import { Select } from './Parts'
import { groupOf } from './read'
import { isWhole, rowsOf } from './rows'
import { storyOf } from './sentence'
import { useBuilder } from './useBuilder'
import { KnownProvider, useNames, useSpeech, useTags } from './useNames'
import './builder.css'

/** Begin with a computed trait: as a row that counts or sums up the same events. */
function FromComputed({ onPick }: { onPick: (one: Schema<'ComputedTrait'>) => void }) {
  const { t } = useWords()
  const [name, setName] = useState('')
  const traits = useQuery({ queryKey: ['computed-traits'], queryFn: ({ signal }) => call('get', '/api/v1/computed-traits', { signal }), staleTime: 60_000 })
  const known = (traits.data?.items ?? []).filter(isCountable)
  if (known.length === 0) return null
  const chosen = known.find((one) => one.name === name) ?? known[0]
  return (
    <span className="builder-computed">
      <Select label={t('builder.computed')} value={chosen?.name ?? ''} options={known.map((one) => ({ value: one.name, name: one.name }))} onChange={setName} />
      <Button kind="text" onClick={() => chosen !== undefined && onPick(chosen)}>{t('builder.addComputed')}</Button>
    </span>
  )
}

export function Builder(props: { text: string; isActive: boolean; onText: (text: string) => void; onSettled: (is: boolean) => void }) {
  const { t } = useWords()
  const names = useNames()
  const speech = useSpeech()
  const segments = useTitles()
  const tags = useTags()
  const { history, is, why, fault, isSettled, change, undo, redo } = useBuilder(props.text, props.isActive, props.onText)
  const known = useMemo(() => ({ names, segments, tags, speech, isRefused: fault !== undefined }), [names, segments, tags, speech, fault])
  const { onSettled } = props
  useEffect(() => onSettled(isSettled), [onSettled, isSettled])
  const root = history.now
  const addComputed = async (one: Schema<'ComputedTrait'>) => {
    const drawn = await call('post', '/api/v1/expressions', { body: { expression: expressionOf(one) } })
    if (drawn.tree !== null) change({ ...root, items: [...root.items, ...groupOf(drawn.tree).items] })
  }
  if (!props.isActive) return null
  if (is === 'loading') return <Loading lines={4} />
  if (is === 'text') {
    return (
      <div className="builder-plain" role="status">
        <p>{t(why === undefined ? 'builder.tooDeep' : 'builder.mistake')}</p>
        {why !== undefined && <p className="rule-fault">{why}</p>}
      </div>
    )
  }
  const story = storyOf(root, speech)
  return (
    <KnownProvider value={known}>
      <div
        className="builder"
        onKeyDown={(key) => {
          // Inside of a field that is typed in, the browser's own undo works.
          const typed = key.target instanceof HTMLInputElement && key.target.type === 'text'
          if (typed || !(key.ctrlKey || key.metaKey) || !['z', 'y'].includes(key.key.toLowerCase())) return
          key.preventDefault()
          if (key.key.toLowerCase() === 'y' || key.shiftKey) redo()
          else undo()
        }}
      >
        <div className="builder-bar">
          <Button kind="text" disabled={history.past.length === 0} onClick={undo}>{t('builder.undo')}</Button>
          <Button kind="text" disabled={history.future.length === 0} onClick={redo}>{t('builder.redo')}</Button>
          <FromComputed onPick={(one) => void addComputed(one)} />
        </div>
        <GroupBox root={root} of={root} depth={0} at={0} count={1} onChange={change} />
        {story !== '' && <p className="builder-story">{story}</p>}
        {rowsOf(root).length > 0 && !isWhole(root) && <p className="builder-lack" role="status">{t('builder.unfinished')}</p>}
        {fault !== undefined && <p className="builder-lack" role="status">{t('builder.refused')}</p>}
      </div>
    </KnownProvider>
  )
}
