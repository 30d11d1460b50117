// The journey itself as a form: what it is called, who enters, who is left alone, what it is measured by, what lets one out.
import { Choices } from '../shared/Choices'
import { Button, TextInput } from '../shared/Controls'
import { Choose } from '../shared/Fields'
import { CrossIcon, EnterIcon } from '../shared/icons'
import { useTitles } from '../segments/useKept'
import { useWords } from '../shared/words'
import { useSay } from './Canvas'
import { addOn, put, type Definition, type Kind } from './journey'
import { Code, EventIn, Named, Suggested, TimeIn, WayIn, Whole, type Fault } from './Parts'
import { entryText } from './say'

interface Props {
  definition: Definition
  fault: Fault | undefined
  onChange: (to: Definition, typing?: string) => void
  onSelect: (name: string) => void
}
const EXITS_MAX = 4
const known = ['title.zh', 'title.en', 'entry.event', 'entry.where', 'entry.key', 'entry.segment', 'audience', 'exitOn', 'control', 'goal.metric', 'goal.windowMs']

function SegmentIn({ value, member, fault, onText }: { value: string; member: string; fault: Fault | undefined; onText: (text: string) => void }) {
  const { t } = useWords()
  const titles = useTitles()
  return <Suggested label={t('journeys.form.segment')} value={value} options={[...titles].map(([name, title]) => ({ value: name, name: title }))} member={member} fault={fault} onText={onText} />
}

function Entry({ definition, fault, onChange }: Omit<Props, 'onSelect'>) {
  const { t } = useWords()
  const { entry } = definition
  const set = (to: Definition['entry'], typing?: string) => onChange({ ...definition, entry: to }, typing)
  const again = entry.again === undefined ? {} : { again: entry.again }
  const how = entry.event === undefined ? 'segment' : 'event'
  return (
    <>
      <Choices label={t('journeys.form.entry')} value={how} options={(['event', 'segment'] as const).map((value) => ({ value, name: t(`journeys.entries.${value}`) }))} onChange={(value) => set(value === 'event' ? { event: 'Cart Viewed', ...again } : { segment: '', ...again })} />
      {how === 'segment' ? <SegmentIn value={entry.segment ?? ''} member="entry.segment" fault={fault} onText={(segment) => set({ ...entry, segment }, 'entry segment')} /> : (
        <>
          <EventIn label={t('journeys.form.event')} value={entry.event ?? ''} member="entry.event" fault={fault} onText={(event) => set({ ...entry, event }, 'entry event')} />
          <Named label={t('journeys.form.where')} member="entry.where" fault={fault} hint={t('journeys.form.whereHint')}><TextInput value={entry.where ?? ''} onText={(where) => set(put(entry, 'where', where === '' ? undefined : where), 'entry where')} autoComplete="off" spellCheck={false} /></Named>
          <Named label={t('journeys.form.key')} member="entry.key" fault={fault} hint={t('journeys.form.keyHint')}><TextInput value={entry.key ?? ''} onText={(key) => set(put(entry, 'key', key === '' ? undefined : key), 'entry key')} autoComplete="off" spellCheck={false} /></Named>
        </>
      )}
      <Choose label={t('journeys.form.again')} value={entry.again ?? 'never'} options={(['never', 'after_exit'] as const).map((value) => ({ value, name: t(`journeys.again.${value}`) }))} onChange={(value) => set({ ...entry, again: value })} />
    </>
  )
}

function Audience({ definition, fault, onChange }: Omit<Props, 'onSelect'>) {
  const { t } = useWords()
  const audience = definition.audience ?? { everyone: true }
  const how = audience.segment !== undefined ? 'segment' : audience.expression !== undefined ? 'expression' : 'everyone'
  const set = (to: Definition['audience'], typing?: string) => onChange({ ...definition, ...(to === undefined ? {} : { audience: to }) }, typing)
  return (
    <>
      <Choices label={t('journeys.form.audience')} value={how} options={(['everyone', 'segment', 'expression'] as const).map((value) => ({ value, name: t(`journeys.audiences.${value}`) }))} onChange={(value) => set(value === 'everyone' ? { everyone: true } : value === 'segment' ? { segment: '' } : { expression: '' })} />
      {how === 'segment' && <SegmentIn value={audience.segment ?? ''} member="audience.segment" fault={fault} onText={(segment) => set({ segment }, 'audience')} />}
      {how === 'expression' && <Code label={t('journeys.form.expression')} rows={3} value={audience.expression ?? ''} member="audience.expression" fault={fault} onText={(expression) => set({ expression }, 'audience')} />}
    </>
  )
}

function Exits({ definition, fault, onChange }: Omit<Props, 'onSelect'>) {
  const { t } = useWords()
  const exits = definition.exitOn ?? []
  const set = (to: typeof exits, typing?: string) => onChange(put(definition, 'exitOn', to.length === 0 ? undefined : to), typing)
  return (
    <>
      {exits.map((one, i) => (
        <div key={i} className="journey-item">
          <div className="journey-item-fields"><EventIn label={t('journeys.form.exit', { n: i + 1 })} value={one.event} member={`exitOn.${i}`} fault={fault} onText={(event) => set(exits.map((each, at) => (at === i ? { ...each, event } : each)), `exit ${i}`)} /></div>
          <button type="button" className="icon-button" aria-label={t('journeys.form.removeExit', { event: one.event })} onClick={() => set(exits.filter((_, at) => at !== i))}><CrossIcon size={14} /></button>
        </div>
      ))}
      {exits.length < EXITS_MAX && <Button onClick={() => set([...exits, { event: 'Order Completed' }])}>{t('journeys.form.addExit')}</Button>}
      <p className="field-hint">{t('journeys.form.exitHint')}</p>
    </>
  )
}

export function JourneyForm({ definition, fault, onChange, onSelect }: Props) {
  const words = useSay()
  const { t } = words
  const title = (of: 'zh' | 'en') => (value: string) => onChange({ ...definition, title: { ...definition.title, [of]: value } }, `title ${of}`)
  const add = (kind: Kind) => {
    const { definition: next, name } = addOn(definition, undefined, { slot: 'next' }, kind)
    onChange(next)
    onSelect(name)
  }
  const goal = definition.goal ?? {}
  const control = definition.control ?? 0.1
  return (
    <>
      <div>
        <h3 className="journey-form-title"><EnterIcon size={16} /> {t('journeys.form.whole')}</h3>
        <p className="less">{entryText(definition, words)}</p>
      </div>
      <div className="journey-pair">
        <Named label={t('journeys.form.titleZh')} member="title.zh" fault={fault}><TextInput value={definition.title?.zh ?? ''} onText={title('zh')} maxLength={200} /></Named>
        <Named label={t('journeys.form.titleEn')} member="title.en" fault={fault}><TextInput value={definition.title?.en ?? ''} onText={title('en')} maxLength={200} /></Named>
      </div>
      <h4>{t('journeys.form.entry')}</h4>
      <Entry definition={definition} fault={fault} onChange={onChange} />
      <h4>{t('journeys.form.audience')}</h4>
      <Audience definition={definition} fault={fault} onChange={onChange} />
      <h4>{t('journeys.form.leaves')}</h4>
      <Exits definition={definition} fault={fault} onChange={onChange} />
      <h4>{t('journeys.form.measured')}</h4>
      <Named label={t('journeys.form.control')} member="control" fault={fault} hint={t('journeys.form.controlHint')}><TextInput value={String(Number((control * 100).toPrecision(6)))} inputMode="decimal" maxLength={6} onText={(text) => Number.isFinite(Number(text)) && onChange({ ...definition, control: Number((Number(text) / 100).toPrecision(6)) }, 'control')} /></Named>
      <Named label={t('journeys.form.metric')} member="goal.metric" fault={fault}><TextInput value={goal.metric ?? ''} placeholder="conversion" onText={(metric) => onChange({ ...definition, goal: put(goal, 'metric', metric === '' ? undefined : metric) }, 'goal')} autoComplete="off" spellCheck={false} /></Named>
      <TimeIn label={t('journeys.form.window')} ms={goal.windowMs} member="goal.windowMs" fault={fault} onMs={(windowMs) => onChange({ ...definition, goal: put(goal, 'windowMs', windowMs) }, 'window')} />
      <Choose label={t('journeys.form.running')} value={definition.running ?? 'finish'} options={(['finish', 'move'] as const).map((value) => ({ value, name: t(`journeys.running.${value}`) }))} onChange={(running) => onChange({ ...definition, running })} />
      <h4>{t('journeys.form.begins')}</h4>
      <WayIn label={t('journeys.form.first')} to={definition.first} definition={definition} onTo={(to) => to !== undefined && onChange({ ...definition, first: to })} onNew={add} />
      <Whole fault={fault} known={known} />
    </>
  )
}
