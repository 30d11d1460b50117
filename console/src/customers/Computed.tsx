// The workspace's computed traits, as they are of this customer at this moment.
import type { Schema } from '../shared/client'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { computedText } from './habits'
import { useOrigin } from './Leanings'

export function Computed({ traits }: { traits: Schema<'PortraitComputed'>[] }) {
  const { t, language } = useWords()
  const origin = useOrigin()
  return (
    <dl className="pairs computed">
      {traits.map((trait) => (
        <div key={trait.name}>
          <dt>{trait.name}</dt>
          <dd>
            {computedText(trait.value, (value) => format.amount(value, language)) ?? '–'}
            <span className="likes-origin computed-origin">
              {t(`customers.one.likes.kinds.${trait.kind}`)} · {origin(trait)}
              {!trait.isWhole && ` · ${t('customers.one.likes.partial')}`}
            </span>
          </dd>
        </div>
      ))}
    </dl>
  )
}
