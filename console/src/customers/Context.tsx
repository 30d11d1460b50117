// With what and from where somebody comes, by the newest events.
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { useOrigin } from './Leanings'

const kinds = ['devices', 'systems', 'channels'] as const

export function Context({ context }: { context: Schema<'PortraitContext'> }) {
  const { t, language } = useWords()
  const origin = useOrigin()
  const shown = kinds.filter((kind) => context[kind].length > 0)
  return (
    <>
      <dl className="pairs">
        {shown.map((kind) => (
          <div key={kind}>
            <dt>{t(`customers.one.likes.${kind}`)}</dt>
            <dd>{context[kind].map(({ name, events }) => `${name} ${format.percent(events / context.evidence, language)}`).join(' · ')}</dd>
          </div>
        ))}
        {context.discountShare !== null && (
          <div>
            <dt>{t('customers.one.likes.discount')}</dt>
            <dd>
              {format.percent(context.discountShare.value, language)}
              <span className="likes-origin computed-origin">{origin(context.discountShare, 'orders')}</span>
            </dd>
          </div>
        )}
      </dl>
      {shown.length === 0 ? <p className="less">{t('customers.one.likes.contextNone')}</p> : <p className="likes-origin">{origin(context)}</p>}
    </>
  )
}
