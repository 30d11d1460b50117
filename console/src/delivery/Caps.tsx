// How often a customer may be written to: a row a cap.
import { Button } from '../shared/Controls'
import { Choose, Field } from '../shared/Fields'
import { useWords } from '../shared/words'
import { ChannelChecks } from './ChannelChecks'
import { CAPS_MAX, newCap, type Cap } from './draft'

const spans = ['day', 'week', 'month', 'hours'] as const

function Row({ cap, at, fault, onChange, onDrop }: { cap: Cap; at: number; fault: string | undefined; onChange: (cap: Cap) => void; onDrop: () => void }) {
  const { t } = useWords()
  return (
    <fieldset className="cap">
      <legend>{t('delivery.caps.one', { n: at + 1 })}</legend>
      <div className="cap-fields">
        <Field label={t('delivery.caps.most')}><input className="input" type="number" min={1} max={1000} required value={cap.most} onChange={(event) => onChange({ ...cap, most: Number(event.target.value) })} /></Field>
        <Choose label={t('delivery.caps.per')} value={cap.per} options={spans.map((value) => ({ value, name: t(`delivery.caps.spans.${value}`) }))} onChange={(value) => onChange({ ...cap, per: spans.find((one) => one === value) ?? 'day' })} />
        {cap.per === 'hours' && <Field label={t('delivery.caps.hours')}><input className="input" type="number" min={1} max={2160} required value={cap.hours} onChange={(event) => onChange({ ...cap, hours: Number(event.target.value) })} /></Field>}
        <Choose label={t('delivery.caps.over')} value={cap.over} options={(['skip', 'wait'] as const).map((value) => ({ value, name: t(`delivery.over.${value}`) }))} onChange={(value) => onChange({ ...cap, over: value === 'wait' ? 'wait' : 'skip' })} />
        <Button kind="text" aria-label={t('delivery.caps.dropOne', { n: at + 1 })} onClick={onDrop}>{t('delivery.caps.drop')}</Button>
      </div>
      <ChannelChecks label={t('delivery.channels')} hint={t('delivery.caps.channelsHint')} chosen={cap.channels} onChange={(channels) => onChange({ ...cap, channels })} />
      {fault !== undefined && <p className="delivery-bad" role="alert">{fault}</p>}
    </fieldset>
  )
}

export function Caps({ caps, faultOf, onChange }: { caps: Cap[]; faultOf: (at: number) => string | undefined; onChange: (caps: Cap[]) => void }) {
  const { t } = useWords()
  return (
    <>
      {caps.length === 0 && <p className="less">{t('delivery.caps.none')}</p>}
      {caps.map((cap, at) => <Row key={at} cap={cap} at={at} fault={faultOf(at)} onChange={(next) => onChange(caps.map((one, i) => (i === at ? next : one)))} onDrop={() => onChange(caps.filter((_, i) => i !== at))} />)}
      {caps.length < CAPS_MAX && <div><Button onClick={() => onChange([...caps, newCap])}>{t('delivery.caps.add')}</Button></div>}
    </>
  )
}
