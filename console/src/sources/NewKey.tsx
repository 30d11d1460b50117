// A new key: asked for, made, and shown this once.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useState, type FormEvent } from 'react'
import { Copyable } from '../raw/CopyButton'
import { Choices } from '../shared/Choices'
import { Button, TextInput } from '../shared/Controls'
import { call, type Schema } from '../shared/client'
import { Dialog } from '../shared/Dialog'
import { Field } from '../shared/Fields'
import { useErrorText } from '../shared/View'
import { useWords } from '../shared/words'
import { endOf, isSourceName, originsOf, lives, type Life, type Source } from './sources'

export function NewKey(props: { sources: readonly Source[]; onMade: (made: Schema<'KeyCreated'>) => void; onClose: () => void }) {
  const { t } = useWords()
  const client = useQueryClient()
  const errorText = useErrorText()
  const list = useId()
  const [kind, setKind] = useState<'write' | 'server'>('write')
  const [source, setSource] = useState(props.sources[0]?.name ?? 'web')
  const [name, setName] = useState('')
  const [origins, setOrigins] = useState('')
  const [life, setLife] = useState<Life>('never')
  const found = originsOf(origins)
  const pages = found ?? []
  const make = useMutation({
    mutationFn: () => call('post', '/api/v1/keys', { body: { kind, source: source.trim(), name: name.trim(), expiresAt: endOf(life, Date.now()), ...(kind === 'write' && pages.length > 0 ? { origins: pages } : {}) } }),
    onSuccess: (made) => {
      props.onMade(made)
      void client.invalidateQueries({ queryKey: ['keys'] })
      void client.invalidateQueries({ queryKey: ['sources'] })
    },
  })
  const named = isSourceName(source.trim())
  const good = named && (kind !== 'write' || found !== undefined)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (good) make.mutate()
  }
  return (
    // While the key stands there, a click beside the panel must not lose it.
    <Dialog label={t('sources.make.title')} className="source-dialog" onClose={props.onClose} sturdy={make.data !== undefined}>
      <h2 className="source-dialog-title">{make.data === undefined ? t('sources.make.title') : t('sources.made.title')}</h2>
      {make.data === undefined ? (
        <form className="source-form" onSubmit={submit}>
          <div className="field-in">
            <span className="field-name" aria-hidden="true">{t('sources.make.kind')}</span>
            <Choices label={t('sources.make.kind')} value={kind} onChange={setKind} options={(['write', 'server'] as const).map((one) => ({ value: one, name: t(`sources.kinds.${one}`) }))} />
            <span className="field-hint">{t(`sources.make.${kind}`)}</span>
          </div>
          <Field label={t('sources.make.source')} hint={named || source === '' ? t('sources.make.sourceHint') : <span className="warn" role="alert">{t('sources.make.sourceBad')}</span>}>
            <TextInput value={source} onText={setSource} list={list} maxLength={100} required autoComplete="off" spellCheck={false} />
          </Field>
          <datalist id={list}>{props.sources.map((one) => <option key={one.id} value={one.name} />)}</datalist>
          <Field label={t('sources.make.name')} hint={t('sources.make.nameHint')}>
            <TextInput value={name} onText={setName} maxLength={100} autoComplete="off" />
          </Field>
          {kind === 'write' && (
            <Field label={t('sources.make.origins')} hint={found !== undefined ? t('sources.make.originsHint') : <span className="warn" role="alert">{t('sources.make.originsBad')}</span>}>
              <TextInput value={origins} onText={setOrigins} maxLength={1000} autoComplete="off" spellCheck={false} placeholder="https://shop.example" />
            </Field>
          )}
          <div className="field-in">
            <span className="field-name" aria-hidden="true">{t('sources.make.life')}</span>
            <Choices label={t('sources.make.life')} value={life} onChange={setLife} options={lives.map((one) => ({ value: one, name: t(`sources.lives.${one}`) }))} />
            <span className="field-hint">{t('sources.make.lifeHint')}</span>
          </div>
          {make.isError && <p className="source-failed" role="alert">{errorText(make.error)}</p>}
          <div className="source-do">
            <Button onClick={props.onClose}>{t('sources.cancel')}</Button>
            <Button kind="primary" type="submit" loading={make.isPending} disabled={!good}>{t('sources.make.submit')}</Button>
          </div>
        </form>
      ) : (
        <div className="source-form">
          <p>{t('sources.made.text')}</p>
          <p className="made-key"><Copyable text={make.data.key} what={t('sources.made.key')} /></p>
          {kind === 'write' && <p className="less">{t('sources.made.filled')}</p>}
          <div className="source-do">
            <Button kind="primary" onClick={props.onClose}>{t('sources.made.done')}</Button>
          </div>
        </div>
      )}
    </Dialog>
  )
}
