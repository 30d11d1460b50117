// The ledger of one customer's consents: what was said or asked when, under which wording, where, with what proof.
import { useQuery } from '@tanstack/react-query'
import { call } from '../shared/client'
import * as format from '../shared/format'
import { Hint } from '../shared/Hint'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { saidIn, type Line, type Said } from './ledger'
import { OwnLink } from './OwnLink'
import './consents.css'

function Answer({ said }: { said: Said }) {
  const { t, language } = useWords()
  const list = new Intl.ListFormat(language, { type: 'conjunction', style: 'narrow' })
  const names = said.purposes.map((one) => t(`consents.purposes.${one}`, { defaultValue: one }))
  if (said.channels.length > 0) {
    const channels = said.channels.map((one) => t(`consents.channels.${one}`, { defaultValue: one }))
    names.push(t('consents.marketing', { channels: list.format(channels) }))
  }
  return (
    <span className="consent-answer">
      <span className={`chip consent-answer-${said.answer}`}>{t(`consents.answers.${said.answer}`)}</span> {list.format(names)}
    </span>
  )
}

function Row({ line }: { line: Line }) {
  const { t, language } = useWords()
  return (
    <li className="consent-line">
      <time className="less" dateTime={line.at}>{format.date(line.at, language, 'moment')}</time>
      <span>{saidIn(line).map((said) => <Answer key={said.answer} said={said} />)}</span>
      <span className="less consent-proof">
        {line.source !== undefined && <span>{line.source}</span>}
        {line.version !== undefined && <span>{t('consents.version', { version: line.version })}</span>}
        {line.proof !== undefined && <span title={line.proof}>{t('consents.proof', { proof: line.proof.slice(0, 12) })}</span>}
      </span>
    </li>
  )
}

export function CustomerConsents({ id }: { id: string }) {
  const { t } = useWords()
  const answer = useQuery({ queryKey: ['customer', id, 'consents'], queryFn: ({ signal }) => call('get', '/api/v1/customers/{id}/consents', { path: { id }, signal }) })
  return (
    <Card id="customer-consents" title={t('consents.title')} extra={<Hint label={t('consents.hintLabel')}>{t('consents.hint')}</Hint>}>
      <View query={answer} lines={3}>
        {({ consents, items, limit }) => (
          <>
            {consents.minor && <p className="consent-note warn">{t('consents.minor')}</p>}
            {items.length === 0 && <Empty title={t('consents.emptyTitle')}>{t('consents.empty')}</Empty>}
            {items.length > 0 && (
              <ol className="consent-lines" aria-label={t('consents.title')} tabIndex={0}>
                {items.map((line) => <Row key={JSON.stringify(line)} line={line} />)}
              </ol>
            )}
            {items.length === limit && <p className="consent-note less">{t('consents.limit', { count: limit })}</p>}
          </>
        )}
      </View>
      <OwnLink id={id} />
    </Card>
  )
}
