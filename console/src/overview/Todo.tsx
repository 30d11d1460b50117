// What needs a person today: found by the engine, most urgent first, each with the page that helps.
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import type { Schema } from '../shared/client'
import { CheckIcon, ChevronIcon } from '../shared/icons'
import { Card, View } from '../shared/View'
import { useWords } from '../shared/words'
import { paramsOf, placeOf, sentenceOf, type Attention } from './attention'

function Sentence({ one }: { one: Attention }) {
  const { t, language } = useWords()
  const said = (part: string) => t(`overview.attention.codes.${one.code}.${part}`, { defaultValue: '', skipInterpolation: true })
  const title = said('title')
  const text = sentenceOf({ full: said('full'), plain: said('plain') }, paramsOf(one.params, language))
  return (
    <>
      <span className="todo-line">
        <span className={`todo-level todo-${one.level}`}>{t(`overview.attention.levels.${one.level}`)}</span>
        {/* A newer engine may find what this console has no words for: its own name is better than silence. */}
        <b>{title === '' ? one.code : title}</b>
      </span>
      <span className="todo-text">{text}</span>
    </>
  )
}

export function Todo({ query }: { query: UseQueryResult<Schema<'AttentionList'>, Error> }) {
  const { t } = useWords()
  const count = query.data?.items.length ?? 0
  return (
    <div data-tour="todo">
      <Card id="todo" title={t('overview.attention.title')} note={count > 0 ? t('overview.attention.count', { count }) : undefined}>
        <View
          query={query}
          lines={3}
          empty={(data) => data.items.length === 0}
          whenEmpty={
            <p className="todo-none">
              <span className="todo-check"><CheckIcon size={16} /></span>
              <span><b>{t('overview.attention.noneTitle')}</b><br />{t('overview.attention.none')}</span>
            </p>
          }
        >
          {(data) => (
            <ol className="todo">
              {data.items.map((one, at) => {
                const to = placeOf(one.to)
                return (
                  <li key={`${one.code} ${at}`}>
                    {to === null ? (
                      <span className="todo-one"><span className="todo-body"><Sentence one={one} /></span></span>
                    ) : (
                      <Link className="todo-one" to={to}>
                        <span className="todo-body"><Sentence one={one} /></span>
                        <ChevronIcon size={16} />
                      </Link>
                    )}
                  </li>
                )
              })}
            </ol>
          )}
        </View>
      </Card>
    </div>
  )
}
