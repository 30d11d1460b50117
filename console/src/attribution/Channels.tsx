// A row a channel: what each model gives it, and whether an experiment measures it. Its name opens who converted with it.
import { Link } from 'react-router-dom'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { models, valueOf, type Report, type Unit } from './attribution'

export function Channels({ report, unit, opened, onOpen }: { report: Report; unit: Unit; opened: string | null; onOpen: ((channel: string) => void) | undefined }) {
  const { t, language } = useWords()
  const show = (value: number) => (unit === 'conversions' ? format.decimal(value, language, 1) : report.currency === undefined ? format.decimal(value / 100, language) : format.money(value, report.currency, language, 'round'))
  const name = (channel: string, text: string) =>
    onOpen === undefined || channel === 'other' ? text : <button type="button" className="text-button" aria-pressed={opened === channel} onClick={() => onOpen(channel)}>{text}</button>
  const total = unit === 'money' ? report.valueCents : report.conversions
  const untouched = unit === 'money' ? report.untouched.valueCents : report.untouched.conversions
  return (
    <div className="table-wrap" role="group" aria-label={t('attribution.channels.title')} tabIndex={0}>
      <table className="table attribution-table">
        <thead>
          <tr>
            <th scope="col">{t('attribution.channels.channel')}</th>
            <th scope="col" className="number">{t('attribution.channels.touches')}</th>
            {models.map((model) => <th key={model} scope="col" className="number">{t(`attribution.names.${model}`)}</th>)}
            <th scope="col">{t('attribution.channels.caused')}</th>
          </tr>
        </thead>
        <tbody>
          {report.channels.map((channel) => (
            <tr key={channel.channel}>
              <th scope="row">{name(channel.channel, channel.channel)}</th>
              <td className="number">{format.count(channel.touches, language)}</td>
              {models.map((model) => <td key={model} className="number">{show(valueOf(channel, model, unit))}</td>)}
              <td>{channel.experiment === null ? <span className="less">{t('attribution.measured.not')}</span> : <Link to={`/experiments/${encodeURIComponent(channel.experiment)}`}>{channel.experiment}</Link>}</td>
            </tr>
          ))}
          <tr className="attribution-total">
            <th scope="row">{t('attribution.channels.total')}</th>
            <td />
            {models.map((model) => <td key={model} className="number">{show(total)}</td>)}
            <td />
          </tr>
          {report.untouched.conversions > 0 && (
            <tr>
              <th scope="row">{name('', t('attribution.channels.untouched'))}</th>
              <td />
              <td className="number" colSpan={models.length}>{show(untouched)}</td>
              <td />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  )
}
