// What a placement is called, how its list is made, from which sources in which order, and how the list is arranged.
import type { ReactNode } from 'react'
import { Button, TextInput } from '../shared/Controls'
import { Choose, Field } from '../shared/Fields'
import * as format from '../shared/format'
import { CrossIcon } from '../shared/icons'
import { Card } from '../shared/View'
import { useWords } from '../shared/words'
import { Arrows } from './Arrows'
import { dialNames, dials, EXPLORE_MAX, EXPLORE_SLOTS_MAX, HIDE_DAYS, moved, stagesOf, STAGES_MAX, withStrategy, type Definition, type Dial, type Strategy } from './draft'

interface Part {
  draft: Definition
  onChange: (draft: Definition) => void
  /** What the engine refuses of a member, or the usual line about it. */
  wrong: (member: string, usual?: ReactNode) => ReactNode
}

function Stages({ draft, onChange, wrong, all, strategies }: Part & { all: readonly string[]; strategies: readonly Strategy[] }) {
  const { t } = useWords()
  const stages = stagesOf(draft, strategies)
  const left = all.filter((one) => !stages.includes(one))
  const put = (next: readonly string[]) => onChange({ ...draft, stages: [...next] })
  const name = (stage: string) => t(`placements.stages.${stage}.name`, { defaultValue: stage })
  return (
    <fieldset className="placement-set">
      <legend>{t('placements.stages.title')}</legend>
      <p className="less">{t('placements.stages.text')}</p>
      <ol className="placement-stages">
        {stages.map((stage, at) => (
          <li key={stage}>
            <span className="placement-at" aria-hidden="true">{at + 1}</span>
            <span className="placement-stage"><b>{name(stage)}</b> <span className="less">{t(`placements.stages.${stage}.text`, { defaultValue: '' })}</span></span>
            <Arrows list="placement-stage" at={at} count={stages.length} name={name(stage)} onMove={(by) => put(moved(stages, at, by))} />
            <button type="button" className="icon-button" disabled={stages.length === 1} aria-label={t('placements.remove', { name: name(stage) })} title={t('placements.remove', { name: name(stage) })} onClick={() => put(stages.filter((one) => one !== stage))}><CrossIcon size={14} /></button>
          </li>
        ))}
      </ol>
      {wrong('stages')}
      <div className="placement-line">
        {stages.length < STAGES_MAX && <Choose label={t('placements.stages.add')} value="" options={[{ value: '', name: '–' }, ...left.map((one) => ({ value: one, name: name(one) }))]} onChange={(stage) => stage !== '' && put([...stages, stage])} />}
        {draft.stages !== undefined && <Button kind="text" onClick={() => { const { stages: _, ...rest } = draft; onChange(rest) }}>{t('placements.stages.usual')}</Button>}
      </div>
    </fieldset>
  )
}

export function Basics(props: Part & { all: readonly string[]; strategies: readonly Strategy[] }) {
  const { t, language } = useWords()
  const { draft, onChange, wrong, strategies } = props
  const hide = draft.hideBoughtDays ?? HIDE_DAYS
  const put = (part: Partial<Definition>) => onChange({ ...draft, ...part })
  return (
    <Card id="placement-basics" title={t('placements.basics')}>
      <div className="placement-part">
        <div className="placement-pair">
          {(['zh', 'en'] as const).map((lang) => (
            <Field key={lang} label={t(`placements.titleOf.${lang}`)} hint={wrong(`title.${lang}`)}>
              <TextInput value={draft.title?.[lang] ?? ''} onText={(text) => put({ title: { ...draft.title, [lang]: text } })} maxLength={200} autoComplete="off" lang={lang === 'zh' ? 'zh-CN' : 'en'} />
            </Field>
          ))}
        </div>
        <div className="field-in">
          <Choose label={t('placements.strategy')} value={draft.strategy} options={strategies.map((one) => ({ value: one.id, name: t(`recommend.strategies.${one.id}`, { defaultValue: one.id }) }))} onChange={(strategy) => onChange(withStrategy(draft, strategy, strategies))} />
          <span className="field-hint">{wrong('strategy', t(`placements.strategies.${draft.strategy}`, { defaultValue: '' }))}</span>
        </div>
        <Stages {...props} />
        <div className="placement-pair">
          <Choose label={t('placements.hide.label')} value={hide === -1 ? 'ever' : hide === 0 ? 'not' : 'days'} options={(['days', 'ever', 'not'] as const).map((value) => ({ value, name: t(`placements.hide.${value}`) }))} onChange={(value) => put({ hideBoughtDays: value === 'ever' ? -1 : value === 'not' ? 0 : HIDE_DAYS })} />
          {hide > 0 && <Field label={t('placements.hide.count')} hint={wrong('hideBoughtDays')}><input className="input" type="number" min={1} max={3650} step={1} value={hide} onChange={(event) => put({ hideBoughtDays: Math.min(3650, Math.max(1, Math.round(Number(event.target.value)))) })} /></Field>}
        </div>
        <Field label={t('placements.explore.label', { share: format.percent(draft.explore ?? 0, language) })} hint={wrong('explore', t('placements.explore.text'))}>
          <input type="range" min={0} max={EXPLORE_MAX} step={0.01} value={draft.explore ?? 0} onChange={(event) => put({ explore: Number(event.target.value) })} />
        </Field>
        {(draft.explore ?? 0) > 0 && (
          <div className="placement-pair">
            <Field label={t('placements.explore.slots')} hint={wrong('exploreSlots', t('placements.explore.slotsText'))}>
              <input className="input" type="number" min={1} max={EXPLORE_SLOTS_MAX} step={1} value={draft.exploreSlots ?? 1} onChange={(event) => put({ exploreSlots: Math.min(EXPLORE_SLOTS_MAX, Math.max(1, Math.round(Number(event.target.value)))) })} />
            </Field>
            <Field label={t('placements.explore.temperature', { value: (draft.exploreTemperature ?? 0) === 0 ? t('placements.explore.evenly') : format.amount(draft.exploreTemperature ?? 0, language) })} hint={wrong('exploreTemperature', t('placements.explore.temperatureText'))}>
              <input type="range" min={0} max={20} step={0.5} value={draft.exploreTemperature ?? 0} onChange={(event) => put({ exploreTemperature: Number(event.target.value) })} />
            </Field>
          </div>
        )}
        <div className="field-in">
          <label className="placement-check"><input type="checkbox" checked={draft.public ?? false} onChange={(event) => put({ public: event.target.checked })} /> {t('placements.publicLabel')}</label>
          <span className="field-hint">{t('placements.publicText')}</span>
        </div>
      </div>
    </Card>
  )
}

export function Dials({ draft, onChange, wrong }: Part) {
  const { t, language } = useWords()
  const put = (name: Dial, value: number) => onChange({ ...draft, dials: { ...draft.dials, [name]: value } })
  return (
    <Card id="placement-dials" title={t('placements.dials.title')} note={t('placements.dials.note')}>
      <div className="placement-part">
        {dialNames.map((name) => (
          <Field key={name} label={t('placements.dials.label', { name: t(`placements.dials.${name}.name`), value: format.amount(draft.dials?.[name] ?? 0, language) })} hint={wrong(`dials.${name}`, t(`placements.dials.${name}.text`))}>
            <input type="range" min={dials[name][0]} max={dials[name][1]} step={0.05} value={draft.dials?.[name] ?? 0} onChange={(event) => put(name, Number(event.target.value))} />
          </Field>
        ))}
      </div>
    </Card>
  )
}
