// The words of one language: a field a part, with a fault at its place.
import { useId, useRef } from 'react'
import { Choices } from '../shared/Choices'
import { AlertIcon } from '../shared/icons'
import { useWords } from '../shared/words'
import { parts, placeOf, type Fault, type Part, type Words } from './draft'

const least = { subject: 1, text: 4, html: 6, json: 3 } as const
const ROWS_MAX = 22

function PartField({ part, text, fault, onText }: { part: Part; text: string; fault: Fault | undefined; onText: (text: string) => void }) {
  const { t } = useWords()
  const id = useId() // around the text, a label would be named after all of it
  const area = useRef<HTMLTextAreaElement>(null)
  const lead = () => {
    if (area.current === null || fault?.line === undefined || fault.column === undefined) return
    const at = placeOf(text, fault.line, fault.column)
    area.current.focus()
    area.current.setSelectionRange(at, at + 1)
  }
  return (
    <div className="field-in">
      <label className="field-name" htmlFor={id}>{t(`templates.parts.${part}`)}</label>
      <textarea ref={area} id={id} className="template-code" spellCheck={false} rows={Math.min(ROWS_MAX, Math.max(least[part], text.split('\n').length))} value={text} aria-invalid={fault !== undefined} aria-describedby={`${id}-more`} onChange={(event) => onText(event.target.value)} />
      <span id={`${id}-more`} className="field-hint">
        {fault === undefined ? t(`templates.hints.${part}`) : (
          <span className="template-bad">
            <AlertIcon size={14} /> {fault.why}{' '}
            {fault.line !== undefined && <button type="button" className="cell-button template-place" onClick={lead}>{t('templates.place', { line: fault.line, column: fault.column })}</button>}
          </span>
        )}
      </span>
    </div>
  )
}

export function Parts({ languages, language, fault, onLanguage, onWords }: { languages: Record<string, Words>; language: string; fault: Fault | undefined; onLanguage: (language: string) => void; onWords: (words: Words) => void }) {
  const { t } = useWords()
  const names = [...new Set(['zh', 'en', ...Object.keys(languages)])]
  const words = languages[language] ?? {}
  return (
    <>
      <Choices label={t('templates.language')} value={language} options={names.map((value) => ({ value, name: t(`templates.languages.${value}`, { defaultValue: value }) }))} onChange={onLanguage} />
      {fault !== undefined && fault.language !== language && <p className="template-bad"><AlertIcon size={14} /> {t('templates.elsewhere', { language: fault.language, part: t(`templates.parts.${fault.part}`), why: fault.why })}</p>}
      {parts.map((part) => <PartField key={part} part={part} text={words[part] ?? ''} fault={fault?.language === language && fault.part === part ? fault : undefined} onText={(text) => onWords({ ...words, [part]: text })} />)}
    </>
  )
}
