// Does everybody pay the same? Pairs of the shop's own customers, asked the price of the same cart: a verdict, a bar of what explains differences, and what they were unlike in.
import { useState } from 'react'
import type { Schema } from '../shared/client'
import { Button } from '../shared/Controls'
import * as format from '../shared/format'
import { AlertIcon, CheckIcon } from '../shared/icons'
import { Card, View } from '../shared/View'
import { useWords } from '../shared/words'
import { usePriceReport } from './useOffers'

type Report = Schema<'PriceReport'>
const parts = ['same', 'firstOrder', 'offer', 'other'] as const

function Verdict({ report }: { report: Report }) {
  const { t, language } = useWords()
  if (report.pairs === 0) return <p className="less">{t(report.items === 0 ? 'offers.prices.noItems' : 'offers.prices.noPairs')}</p>
  if (report.other > 0) return <p className="offer-bad" role="alert"><AlertIcon size={14} /> {t('offers.prices.unfair', { n: format.count(report.other, language), of: format.count(report.pairs, language) })}</p>
  return <p className="price-fair"><CheckIcon size={14} /> {t('offers.prices.fair', { n: format.count(report.pairs, language) })}</p>
}

function Parts({ report }: { report: Report }) {
  const { t, language } = useWords()
  return (
    <>
      <div className="price-bar" role="img" aria-label={parts.map((part) => `${t(`offers.prices.${part}`)}: ${format.count(report[part], language)}`).join('; ')}>
        {parts.map((part) => report[part] > 0 && <span key={part} className={`price-${part}`} style={{ flexGrow: report[part] }} />)}
      </div>
      <ul className="price-legend">
        {parts.map((part) => <li key={part}><span className={`price-key price-${part}`} /> {t(`offers.prices.${part}`)} <b>{format.count(report[part], language)}</b></li>)}
      </ul>
    </>
  )
}

function Unlike({ report }: { report: Report }) {
  const { t, language } = useWords()
  return (
    <table className="table offer-ledger">
      <thead><tr><th>{t('offers.prices.unlike')}</th><th className="number">{t('offers.prices.pairs')}</th><th className="number">{t('offers.prices.other')}</th></tr></thead>
      <tbody>{report.unlike.map((one) => <tr key={one.in}><td>{t(`offers.prices.in.${one.in}`)}</td><td className="number">{format.count(one.pairs, language)}</td><td className="number">{format.count(one.other, language)}</td></tr>)}</tbody>
    </table>
  )
}

function Shown({ report }: { report: Report }) {
  const { t } = useWords()
  if (report.shown.length === 0) return null
  return (
    <ul className="price-shown">
      {report.shown.map((pair, i) => (
        <li key={i}><code>{pair.items.map((item) => `${item.itemId} × ${item.quantity}`).join(', ')}</code> {t('offers.prices.totals', { a: (pair.totalsCents[0] ?? 0) / 100, b: (pair.totalsCents[1] ?? 0) / 100 })} {pair.unlike.map((one) => t(`offers.prices.in.${one}`)).join(' · ')}</li>
      ))}
    </ul>
  )
}

export function PriceReport() {
  const { t } = useWords()
  const [seed, setSeed] = useState(0) // 0: nobody asked yet; each time other pairs
  const report = usePriceReport(seed)
  return (
    <Card id="offer-prices" className="offer-fresh" title={t('offers.prices.title')} note={t('offers.prices.note')} extra={<Button loading={report.isFetching} onClick={() => setSeed(seed + 1)}>{t(seed === 0 ? 'offers.prices.ask' : 'offers.prices.again')}</Button>}>
      <div className="offer-detail">
        {seed === 0 ? <p className="less">{t('offers.prices.what')}</p> : (
          <View query={report}>
            {(found) => (
              <>
                <Verdict report={found} />
                {found.pairs > 0 && <><Parts report={found} /><Unlike report={found} /><Shown report={found} /></>}
              </>
            )}
          </View>
        )}
      </div>
    </Card>
  )
}
