// Files that were brought in, and a way to bring one: what became of each, and taking it back.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../shared/client'
import * as format from '../shared/format'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { isMoving, shareOf, type Import } from './imports'
import { Progress } from './Progress'
import { Undo } from './Undo'
import { Wizard } from './Wizard'
import './imports.css'

function useImports() {
  return useQuery({
    queryKey: ['imports'],
    queryFn: ({ signal }) => call('get', '/api/v1/imports', { query: { limit: 200 }, signal }),
    refetchInterval: (query) => (query.state.data?.items.some((one) => isMoving(one.state)) === true ? 1500 : 15_000),
  })
}

function ImportRow({ one, onUndo }: { one: Import; onUndo: (one: Import) => void }) {
  const { t, language } = useWords()
  const chip = one.state === 'done' ? 'chip chip-accent' : one.state === 'stopped' ? 'chip chip-warn' : 'chip'
  const gone = one.state === 'undone'
  return (
    <li className="import-row">
      <div className="import-head">
        <h3 className={gone ? 'import-name import-gone' : 'import-name'}>{one.name}</h3>
        <span className={chip}>{t(`imports.states.${one.state}`)}</span>
        <span className="less">{t(`imports.formats.${one.format}`, { defaultValue: one.format })} · {one.sourceName ?? one.source}</span>
        {typeof one.begunAt === 'string' && <time className="less import-when" dateTime={one.begunAt}>{format.date(one.begunAt, language, 'moment')}</time>}
      </div>
      <div className="import-line">
        <span>{t('imports.list.counts', { accepted: format.count(one.accepted, language), duplicate: format.count(one.duplicate, language), rejected: format.count(one.rejected, language) })}</span>
        {gone && <span>{t('imports.list.taken', { count: one.events + one.items, shown: format.count(one.events + one.items, language) })}</span>}
        {(one.state === 'done' || one.state === 'stopped') && (
          <button type="button" className="text-button import-undo" aria-label={t('imports.undo.name', { name: one.name, id: one.id })} onClick={() => onUndo(one)}>{t('imports.undo.button')}</button>
        )}
      </div>
      {one.state === 'undoing' && one.undoing !== undefined && (
        <Progress label={t('imports.list.undoing')} share={one.undoing.ready === true ? 1 : shareOf(one.undoing.records, one.undoing.of)} />
      )}
    </li>
  )
}

export default function ImportsPage() {
  const { t } = useWords()
  const imports = useImports()
  const [undoing, setUndoing] = useState<Import>()
  return (
    <Page title={t('imports.title')} help="imports">
      <div className="imports">
        <Wizard />
        <Card id="import-list" title={t('imports.list.title')} note={<span className="wide-only">{t('imports.list.note')}</span>}>
          <View query={imports} lines={6} empty={(list) => list.items.length === 0} whenEmpty={<Empty title={t('imports.list.emptyTitle')}>{t('imports.list.empty')}</Empty>}>
            {(list) => <ul className="import-list">{list.items.map((one) => <ImportRow key={one.id} one={one} onUndo={setUndoing} />)}</ul>}
          </View>
        </Card>
      </div>
      {undoing !== undefined && <Undo one={undoing} onClose={() => setUndoing(undefined)} />}
    </Page>
  )
}
