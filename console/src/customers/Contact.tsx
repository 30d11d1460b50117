// Contact is masked; who may see it in clear says what for, and the audit keeps that.
import { useState, type FormEvent } from 'react'
import { Button, TextInput } from '../shared/Controls'
import { Field } from '../shared/Fields'
import { useWords } from '../shared/words'

export function Contact({ onShow }: { onShow: (purpose: string) => void }) {
  const { t } = useWords()
  const [purpose, setPurpose] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (purpose.trim() !== '') onShow(purpose.trim())
  }
  return (
    <form className="customer-contact" onSubmit={submit}>
      <Field label={t('customers.one.contact.purpose')} hint={t('customers.one.contact.why')}><TextInput value={purpose} onText={setPurpose} maxLength={60} autoComplete="off" /></Field>
      <Button type="submit" disabled={purpose.trim() === ''}>{t('customers.one.contact.show')}</Button>
    </form>
  )
}
