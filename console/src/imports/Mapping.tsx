// What each column of the file is: a list to choose from beside cells of it, and what that leads to.
import { Button, TextInput } from '../shared/Controls'
import { Choose, Field } from '../shared/Fields'
import * as format from '../shared/format'
import { useWords } from '../shared/words'
import { choose, columnsOf, datesOf, exampleOf, needed, put, rowsOf, type ColumnMap, type Preview, type Problem } from './imports'

function Columns({ preview, onMap }: { preview: Preview; onMap: (map: ColumnMap) => void }) {
  const { t, language } = useWords()
  const names = columnsOf(preview.format)
  const bad = new Set(preview.problems.filter((one) => one.level !== 'note').map((one) => one.column))
  return (
    <div className="table-wrap" role="group" aria-label={t('imports.map.columns')} tabIndex={0}>
      <table className="table import-columns">
        <thead>
          <tr>
            <th scope="col">{t('imports.map.column')}</th>
            <th scope="col">{t('imports.map.is')}</th>
            <th scope="col">{t('imports.map.samples')}</th>
            <th scope="col" className="number wide-only">{t('imports.map.filled')}</th>
          </tr>
        </thead>
        <tbody>
          {(preview.columns ?? []).map((column, at) => (
            <tr key={`${column.name}-${at}`} className={bad.has(column.name) ? 'import-odd' : undefined}>
              <th scope="row">{column.name}</th>
              <td>
                <select
                  className="select import-select"
                  aria-label={t('imports.map.isOf', { column: column.name })}
                  value={column.is ?? ''}
                  onChange={(event) => onMap(choose(preview.map, column.name, event.target.value))}
                >
                  <option value="">{t('imports.map.nothing')}</option>
                  {names.map((one) => <option key={one} value={one}>{t(`imports.columns.${one}`)}{needed.includes(one) && preview.format === 'orders-csv' ? ' *' : ''}</option>)}
                </select>
              </td>
              <td className="import-samples">{column.samples.map((one, n) => <code key={n}>{one}</code>)}{column.samples.length === 0 && <span className="less">{t('imports.map.blank')}</span>}</td>
              <td className="number wide-only">{format.count(column.filled, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Settings({ preview, onMap }: { preview: Preview; onMap: (map: ColumnMap) => void }) {
  const { t } = useWords()
  const { map } = preview
  const dates = datesOf(preview)
  const orders = preview.format === 'orders-csv'
  return (
    <div className="import-settings">
      <Field label={t('imports.map.currency')} hint={t('imports.map.currencyHint')}>
        <TextInput value={map.currency ?? ''} onText={(text) => { if (/^[A-Za-z]{0,3}$/.test(text)) onMap(put(map, 'currency', text.toUpperCase())) }} list="import-currencies" maxLength={3} autoComplete="off" spellCheck={false} />
      </Field>
      <datalist id="import-currencies">{['CNY', 'HKD', 'TWD', 'USD', 'EUR', 'GBP', 'JPY'].map((one) => <option key={one} value={one} />)}</datalist>
      <Choose label={t('imports.map.decimal')} value={map.decimal ?? '.'} onChange={(value) => onMap(put(map, 'decimal', value))} options={[{ value: '.', name: '1,234.50' }, { value: ',', name: '1.234,50' }]} />
      {orders && (
        <>
          <Choose
            label={t('imports.map.dates')}
            value={map.dates?.[0] ?? ''}
            onChange={(value) => onMap(put(map, 'dates', value))}
            options={[{ value: '', name: t('imports.map.datesNone') }, ...dates.map((one) => ({ value: one, name: `${exampleOf(one)}  (${one})` }))]}
          />
          <Choose
            label={t('imports.map.zone')}
            value={map.zone ?? ''}
            onChange={(value) => onMap(put(map, 'zone', value))}
            options={[{ value: '', name: 'UTC' }, ...[...new Set([map.zone ?? '', 'Asia/Shanghai', 'Asia/Hong_Kong', 'Asia/Tokyo', 'Europe/London', 'Europe/Berlin', 'America/New_York', 'America/Los_Angeles'])].filter((one) => one !== '').map((one) => ({ value: one, name: one }))]}
          />
        </>
      )}
    </div>
  )
}

export function Problems({ problems }: { problems: readonly Problem[] }) {
  const { t, language } = useWords()
  if (problems.length === 0) return <p className="import-fine">{t('imports.map.fine')}</p>
  const order = { error: 0, warning: 1, note: 2 }
  return (
    <ul className="import-problems" aria-label={t('imports.map.problems')}>
      {[...problems].sort((a, b) => order[a.level] - order[b.level]).map((one, at) => (
        <li key={at}>
          <span className={one.level === 'error' ? 'chip chip-bad' : one.level === 'warning' ? 'chip chip-warn' : 'chip'}>{t(`imports.levels.${one.level}`)}</span>
          <span>
            {t(`imports.problems.${one.code}`, {
              column: one.column ?? '', rows: format.count(one.rows ?? 0, language), is: one.is === undefined ? '' : t(`imports.columns.${one.is}`), detail: one.detail, defaultValue: one.detail,
            })}
          </span>
        </li>
      ))}
    </ul>
  )
}

function FirstLines({ preview }: { preview: Preview }) {
  const { t } = useWords()
  const rows = rowsOf(preview)
  const items = preview.items !== undefined
  if (rows.length === 0) return null
  const heads = items ? (['id', 'title', 'price', 'brand', 'stock'] as const) : (['what', 'who', 'item', 'amount', 'when'] as const)
  return (
    <>
      <h3 className="import-sub">{t(items ? 'imports.map.firstItems' : 'imports.map.firstEvents')}</h3>
      <div className="table-wrap" role="group" aria-label={t(items ? 'imports.map.firstItems' : 'imports.map.firstEvents')} tabIndex={0}>
        <table className="table import-first">
          <thead><tr>{heads.map((one) => <th key={one} scope="col">{t(`imports.first.${one}`)}</th>)}</tr></thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key}>
                {(items ? [row.what, row.item, row.amount, row.who, row.when] : [row.what, row.who, row.item, row.amount, row.when]).map((one, at) => <td key={at}>{one === '' ? <span className="less">–</span> : one}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

export function Mapping(props: { preview: Preview; format: string; formats: readonly string[]; busy: boolean; onFormat: (format: string) => void; onMap: (map: ColumnMap) => void; onImport: () => void; onCancel: () => void; importing: boolean; failed?: string }) {
  const { t, language } = useWords()
  const { preview } = props
  return (
    <div className="import-step">
      <p className="import-seen">
        <span>{t('imports.map.seen', { encoding: preview.encoding, mark: preview.byteOrderMark ? t('imports.map.mark') : '' })}</span>
        {preview.separator !== undefined && <span>{t('imports.map.separator', { separator: preview.separator === 'tab' ? t('imports.map.tab') : preview.separator })}</span>}
        {preview.rows !== undefined && <span>{t(preview.whole === true ? 'imports.map.rows' : 'imports.map.rowsMore', { rows: format.count(preview.rows, language) })}</span>}
      </p>
      <div className="import-settings">
        <Choose label={t('imports.map.format')} value={preview.format} onChange={props.onFormat} options={props.formats.map((one) => ({ value: one, name: t(`imports.formats.${one}`) }))} />
      </div>
      {preview.columns !== undefined && (
        <>
          <Columns preview={preview} onMap={props.onMap} />
          <Settings preview={preview} onMap={props.onMap} />
        </>
      )}
      {preview.columns === undefined && preview.format === 'shopify-csv' && <Settings preview={preview} onMap={props.onMap} />}
      <div aria-live="polite" aria-busy={props.busy}>
        <Problems problems={preview.problems} />
        {preview.rejects.length > 0 && (
          <ul className="import-rejects">
            {preview.rejects.map((one) => {
              const [line, reason] = one.split('\t')
              return <li key={one}>{t('imports.map.reject', { line, reason })}</li>
            })}
          </ul>
        )}
        <FirstLines preview={preview} />
      </div>
      {props.failed !== undefined && <p className="import-failed" role="alert">{props.failed}</p>}
      <div className="import-do">
        <Button onClick={props.onCancel}>{t('imports.cancel')}</Button>
        <Button kind="primary" disabled={!preview.ready || props.busy} loading={props.importing} onClick={props.onImport}>{t('imports.map.submit')}</Button>
      </div>
    </div>
  )
}
